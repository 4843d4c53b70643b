using TorchSharp;

namespace FaceMix.Torch;

/// <summary>
/// An argument of an operator before it crosses. It converts from whatever C# has, so that a call reads like the schema;
/// the native side fits it to what the schema wants.
/// </summary>
internal readonly struct Arg
{
    private Arg(Tag tag, long bits, object? reference = null)
    {
        Tag = tag;
        Bits = bits;
        Reference = reference;
    }

    /// <summary>No value, for a parameter that the schema marks with "?".</summary>
    public static Arg None => default;

    public Tag Tag { get; }

    /// <summary>The number itself, or a handle.</summary>
    public long Bits { get; }

    /// <summary>What must outlive the call: the tensor behind a handle, or a list to be copied.</summary>
    public object? Reference { get; }

    public static implicit operator Arg(torch.Tensor? value) => value is null ? None : new(Tag.Tensor, value.Handle, value);
    public static implicit operator Arg(long value) => new(Tag.Int, value);
    public static implicit operator Arg(int value) => new(Tag.Int, value);
    public static implicit operator Arg(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(bool value) => new(Tag.Bool, value ? 1 : 0);
    public static implicit operator Arg(long? value) => value is { } number ? number : None;
    public static implicit operator Arg(double? value) => value is { } number ? number : None;
    public static implicit operator Arg(bool? value) => value is { } truth ? truth : None;
    public static implicit operator Arg(string? value) => value is null ? None : new(Tag.String, 0, System.Text.Encoding.UTF8.GetBytes(value));
    public static implicit operator Arg(long[]? value) => value is null ? None : new(Tag.Ints, 0, value);
    public static implicit operator Arg(double[]? value) => value is null ? None : new(Tag.Doubles, 0, value);
    public static implicit operator Arg(bool[]? value) => value is null ? None : new(Tag.Bools, 0, Array.ConvertAll(value, truth => truth ? 1L : 0L));
    public static implicit operator Arg(torch.Tensor?[]? value) => value is null ? None : new(Tag.Tensors, 0, value);
    public static implicit operator Arg(List<torch.Tensor>? value) => value is null ? None : new(Tag.Tensors, 0, value.ToArray());
    public static implicit operator Arg(torch.ScalarType value) => new(Tag.Int, (long)value);
    public static implicit operator Arg(torch.ScalarType? value) => value is { } type ? type : None;
    public static implicit operator Arg(torch.Device? value) => value is null ? None : new(Tag.Device, value.Packed);
    public static implicit operator Arg(torch.Generator? value) => value is null ? None : new(Tag.Generator, value.Handle, value);
    public static implicit operator Arg(ReadOnlySpan<long> value) => value.ToArray();

    public static implicit operator Arg(Scalar? value) => value?.Kind switch
    {
        null => None,
        Tag.Complex => new(Tag.Complex, 0, value.Parts),
        _ => new(value.Kind, value.Bits, value),
    };

    /// <summary>How many 8-byte places this argument's list takes in the scratch memory of a call.</summary>
    public int Room => Reference switch
    {
        long[] list when Tag is Tag.Ints or Tag.Bools => list.Length,
        double[] list when Tag is Tag.Doubles or Tag.Complex => list.Length,
        torch.Tensor?[] list when Tag == Tag.Tensors => list.Length,
        byte[] text => (text.Length + 7) / 8,
        _ => 0,
    };

    /// <summary>Writes this argument, its list to <paramref name="scratch"/>, which has <see cref="Room"/> places.</summary>
    public unsafe Value Write(long* scratch)
    {
        var value = new Value { Tag = Tag, Integer = Bits };
        if (Tag < Tag.Ints || Reference is null) return value;
        switch (Reference)
        {
            case long[] list:
                list.CopyTo(new Span<long>(scratch, list.Length));
                value.Count = list.Length;
                break;
            case double[] list:
                list.CopyTo(new Span<double>(scratch, list.Length));
                value.Count = list.Length;
                break;
            case byte[] text:
                text.CopyTo(new Span<byte>(scratch, text.Length));
                value.Count = text.Length;
                break;
            case torch.Tensor?[] list:
                for (var i = 0; i < list.Length; i++) scratch[i] = list[i]?.Handle ?? 0;
                value.Count = list.Length;
                break;
            default:
                return value;
        }
        value.Pointer = (nint)scratch;
        return value;
    }

    /// <summary>This argument as an error message shows it: a tensor by its type and shape.</summary>
    public string Describe() => Tag switch
    {
        Tag.None => "none",
        Tag.Tensor => Shape((torch.Tensor)Reference!),
        Tag.Int => Bits.ToString(),
        Tag.Double => BitConverter.Int64BitsToDouble(Bits).ToString(),
        Tag.Bool => Bits != 0 ? "true" : "false",
        Tag.Ints => $"[{string.Join(", ", (long[])Reference!)}]",
        Tag.Doubles => $"[{string.Join(", ", (double[])Reference!)}]",
        Tag.Tensors => $"[{string.Join(", ", ((torch.Tensor?[])Reference!).Select(tensor => tensor is null ? "none" : Shape(tensor)))}]",
        Tag.String => $"'{System.Text.Encoding.UTF8.GetString((byte[])Reference!)}'",
        _ => Tag.ToString().ToLowerInvariant(),
    };

    private static string Shape(torch.Tensor tensor) => $"{tensor.dtype}[{string.Join(", ", tensor.shape)}]";
}
