using System.Numerics;
using FaceMix.Torch;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number that an operator takes beside its tensors.</summary>
public sealed class Scalar : IDisposable
{
    private Scalar(Tag kind, long bits, ScalarType type)
    {
        Kind = kind;
        Bits = bits;
        Type = type;
    }

    private Scalar(Complex value) : this(Tag.Complex, 0, ScalarType.ComplexFloat64) => Parts = [value.Real, value.Imaginary];

    /// <summary>The type the number came as.</summary>
    public ScalarType Type { get; }

    internal Tag Kind { get; }
    internal long Bits { get; }
    internal double[]? Parts { get; }

    internal double Real => Kind == Tag.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;
    internal long Integer => Kind == Tag.Double ? (long)Real : Bits;

    public static implicit operator Scalar(byte value) => new(Tag.Int, value, ScalarType.Byte);
    public static implicit operator Scalar(sbyte value) => new(Tag.Int, value, ScalarType.Int8);
    public static implicit operator Scalar(short value) => new(Tag.Int, value, ScalarType.Int16);
    public static implicit operator Scalar(int value) => new(Tag.Int, value, ScalarType.Int32);
    public static implicit operator Scalar(long value) => new(Tag.Int, value, ScalarType.Int64);
    public static implicit operator Scalar(Half value) => FromReal((double)value, ScalarType.Float16);
    public static implicit operator Scalar(float value) => FromReal(value, ScalarType.Float32);
    public static implicit operator Scalar(double value) => FromReal(value, ScalarType.Float64);
    public static implicit operator Scalar(bool value) => new(Tag.Bool, value ? 1 : 0, ScalarType.Bool);
    public static implicit operator Scalar(Complex value) => new(value);

    /// <summary>Nothing to give back; TorchSharp's holds native memory.</summary>
    public void Dispose()
    {
    }

    public override string ToString() => Kind == Tag.Double ? Real.ToString() : Bits.ToString();

    internal static Scalar From(in Value value) => value.Tag switch
    {
        Tag.Double => value.Real,
        Tag.Bool => value.Integer != 0,
        _ => value.Integer,
    };

    private static Scalar FromReal(double value, ScalarType type) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value), type);
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;
    public static Scalar ToScalar(this short value) => value;
    public static Scalar ToScalar(this int value) => value;
    public static Scalar ToScalar(this long value) => value;
    public static Scalar ToScalar(this float value) => value;
    public static Scalar ToScalar(this double value) => value;
    public static Scalar ToScalar(this bool value) => value;
    public static float ToSingle(this Scalar value) => (float)value.Real;
    public static double ToDouble(this Scalar value) => value.Real;
    public static byte ToByte(this Scalar value) => (byte)value.Integer;
    public static sbyte ToSByte(this Scalar value) => (sbyte)value.Integer;
    public static short ToInt16(this Scalar value) => (short)value.Integer;
    public static int ToInt32(this Scalar value) => (int)value.Integer;
    public static long ToInt64(this Scalar value) => value.Integer;
    public static bool ToBoolean(this Scalar value) => value.Kind == Tag.Double ? value.Real != 0 : value.Bits != 0;
}
