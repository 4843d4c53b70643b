using System.Runtime.InteropServices;

namespace FaceMix.ModelStore;

/// <summary>Element types that FaceMix stores; all little-endian.</summary>
public enum SafetensorsType
{
    Float32,
    Float16,
    Int64,
    UInt8,
}

/// <summary>One tensor of a safetensors file, as its header declares it.</summary>
/// <param name="Name">Unique within the file.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a scalar. Row-major.</param>
/// <param name="Offset">Where its bytes begin, counted from the file's beginning.</param>
/// <param name="Length">In bytes.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Offset, long Length);

/// <summary>One tensor to write.</summary>
/// <param name="Name">1 to 512 characters, unique within the file, not <c>__metadata__</c>.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a scalar.</param>
/// <param name="Bytes">Its elements, row-major and little-endian.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Bytes)
{
    public static SafetensorsTensor Of(string name, IReadOnlyList<long> shape, ReadOnlySpan<float> values) =>
        new(name, SafetensorsType.Float32, shape, MemoryMarshal.AsBytes(values).ToArray());

    public static SafetensorsTensor Of(string name, IReadOnlyList<long> shape, ReadOnlySpan<Half> values) =>
        new(name, SafetensorsType.Float16, shape, MemoryMarshal.AsBytes(values).ToArray());

    public static SafetensorsTensor Of(string name, IReadOnlyList<long> shape, ReadOnlySpan<long> values) =>
        new(name, SafetensorsType.Int64, shape, MemoryMarshal.AsBytes(values).ToArray());

    public static SafetensorsTensor Of(string name, IReadOnlyList<long> shape, ReadOnlySpan<byte> values) =>
        new(name, SafetensorsType.UInt8, shape, values.ToArray());
}

/// <summary>
/// The format's names, sizes and limits. Source: the safetensors format description, huggingface/safetensors: eight bytes of header
/// length (unsigned, little-endian), a JSON header, then the tensors' bytes without holes or overlaps.
/// </summary>
internal static class SafetensorsFormat
{
    public const int MaxHeaderBytes = 16 << 20;
    public const int MaxTensors = 65_536;
    public const int MaxNameLength = 512;
    public const int MaxRank = 8;
    public const int PrefixBytes = 8;
    public const string Metadata = "__metadata__";

    public static string NameOf(SafetensorsType type) => type switch
    {
        SafetensorsType.Float32 => "F32",
        SafetensorsType.Float16 => "F16",
        SafetensorsType.Int64 => "I64",
        SafetensorsType.UInt8 => "U8",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such element type."),
    };

    public static SafetensorsType? TypeOf(string? name) => name switch
    {
        "F32" => SafetensorsType.Float32,
        "F16" => SafetensorsType.Float16,
        "I64" => SafetensorsType.Int64,
        "U8" => SafetensorsType.UInt8,
        _ => null,
    };

    public static int BytesOf(SafetensorsType type) => type switch
    {
        SafetensorsType.Float32 => 4,
        SafetensorsType.Float16 => 2,
        SafetensorsType.Int64 => 8,
        _ => 1,
    };

    /// <summary>Bytes that a shape takes, or null when a size is negative or the product is beyond <see cref="long"/>.</summary>
    public static long? LengthOf(SafetensorsType type, IReadOnlyList<long> shape)
    {
        UInt128 bytes = (UInt128)BytesOf(type);
        var empty = false;
        foreach (var size in shape)
        {
            if (size < 0)
                return null;
            if (size == 0)
                empty = true;
            else if ((bytes *= (UInt128)size) > long.MaxValue)
                return null;
        }
        return empty ? 0 : (long)bytes;
    }

    public static string Text(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";
}
