using System.Runtime.InteropServices;
using FaceMix.Trainer.Export.Onnx;
using static TorchSharp.torch;
using DataType = FaceMix.Trainer.Export.Onnx.TensorProto.Types.DataType;

namespace FaceMix.Trainer.Losses.Perceptual;

internal static class OnnxTensor
{
    private const long MaxNumbers = 1L << 29;

    /// <summary>An array of an ONNX file as float32.</summary>
    /// <param name="proto">The array.</param>
    /// <param name="device">Where it is to live; null: the CPU.</param>
    /// <exception cref="InvalidDataException">Its numbers are of another type, or not as many as its sizes make.</exception>
    public static Tensor Read(TensorProto proto, Device? device = null)
    {
        var bytes = proto.RawData.Span;
        float[] values = (DataType)proto.DataType switch
        {
            DataType.Float => bytes.Length > 0 ? MemoryMarshal.Cast<byte, float>(bytes).ToArray() : [.. proto.FloatData],
            DataType.Float16 => bytes.Length > 0
                ? [.. MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(value => (float)value)]
                : [.. proto.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
            DataType.Double => [.. MemoryMarshal.Cast<byte, double>(bytes).ToArray().Select(value => (float)value)],
            DataType.Int64 => bytes.Length > 0 ? [.. MemoryMarshal.Cast<byte, long>(bytes).ToArray().Select(value => (float)value)] : [.. proto.Int64Data.Select(value => (float)value)],
            _ => throw new InvalidDataException($"\"{proto.Name}\" holds numbers of type {proto.DataType}, which are not read."),
        };
        var numbers = proto.Dims.Aggregate(1L, (a, b) => a * b);
        return numbers is >= 0 and <= MaxNumbers && numbers == values.Length
            ? tensor(values, [.. proto.Dims], device: device)
            : throw new InvalidDataException($"\"{proto.Name}\" says that it holds {numbers} numbers and has {values.Length}.");
    }
}
