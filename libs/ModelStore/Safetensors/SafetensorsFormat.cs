using System.Runtime.InteropServices;

namespace FaceMix.ModelStore.Safetensors;

/// <summary>
/// Element types that can be read, all little-endian: those that PyTorch's exports hold. FaceMix itself writes Float32, Int64
/// and UInt8.
/// </summary>
public enum SafetensorsType
{
    Float32,
    Float64,
    Float16,

    /// <summary>The upper half of a Float32.</summary>
    BFloat16,
    Int64,
    Int32,
    UInt8,
    Bool,
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

    // In the order of the enumeration.
    private static readonly (string Name, int Bytes)[] s_types =
    [
        ("F32", 4), ("F64", 8), ("F16", 2), ("BF16", 2), ("I64", 8), ("I32", 4), ("U8", 1), ("BOOL", 1),
    ];

    public static string TypeNames => string.Join(", ", s_types.Select(type => type.Name));

    public static string NameOf(SafetensorsType type) => s_types[(int)type].Name;

    public static SafetensorsType? TypeOf(string? name)
    {
        var place = Array.FindIndex(s_types, type => type.Name == name);
        return place < 0 ? null : (SafetensorsType)place;
    }

    public static int BytesOf(SafetensorsType type) => s_types[(int)type].Bytes;

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
