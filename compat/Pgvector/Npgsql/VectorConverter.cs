using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Npgsql.Internal;

namespace Pgvector.Npgsql;

/// <summary>
/// pgvector's binary form, all big-endian: the number of dimensions and a zero, 16 bits each, then that many
/// 32-bit floats. A vector may be larger than the connection's buffer, so it streams.
/// </summary>
public class VectorConverter : PgStreamingConverter<Vector>
{
    private const int HeaderBytes = 2 * sizeof(ushort);

    public override Size GetSize(SizeContext context, Vector value, ref object? writeState) => SizeOf(value);

    public override Vector Read(PgReader reader)
    {
        if (reader.ShouldBuffer(HeaderBytes))
            reader.Buffer(HeaderBytes);
        var bits = new int[ReadDimensions(reader)];
        reader.ReadBytes(MemoryMarshal.AsBytes(bits.AsSpan()));
        return FromBigEndian(bits);
    }

    public override async ValueTask<Vector> ReadAsync(PgReader reader, CancellationToken cancellationToken = default)
    {
        if (reader.ShouldBuffer(HeaderBytes))
            await reader.BufferAsync(HeaderBytes, cancellationToken).ConfigureAwait(false);
        var dimensions = ReadDimensions(reader);
        var bytes = ArrayPool<byte>.Shared.Rent(dimensions * sizeof(float));
        try
        {
            var numbers = bytes.AsMemory(0, dimensions * sizeof(float));
            await reader.ReadBytesAsync(numbers, cancellationToken).ConfigureAwait(false);
            return FromBigEndian(MemoryMarshal.Cast<byte, int>(numbers.Span));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override void Write(PgWriter writer, Vector value)
    {
        var bytes = ToBigEndian(value);
        writer.WriteBytes(bytes.AsSpan(0, SizeOf(value)));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    public override async ValueTask WriteAsync(PgWriter writer, Vector value, CancellationToken cancellationToken = default)
    {
        var bytes = ToBigEndian(value);
        await writer.WriteBytesAsync(bytes.AsMemory(0, SizeOf(value)), cancellationToken).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static int SizeOf(Vector value) => HeaderBytes + (value.Memory.Length * sizeof(float));

    private static int ReadDimensions(PgReader reader)
    {
        var dimensions = reader.ReadUInt16();
        return reader.ReadUInt16() == 0
            ? dimensions
            : throw new InvalidCastException("A vector's binary form has a zero after its dimensions; this one has not.");
    }

    private static Vector FromBigEndian(ReadOnlySpan<int> bits)
    {
        var numbers = new float[bits.Length];
        var target = MemoryMarshal.Cast<float, int>(numbers.AsSpan());
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(bits, target);
        else
            bits.CopyTo(target);
        return new Vector(numbers);
    }

    /// <summary>The whole binary form in a rented array, which the caller returns.</summary>
    private static byte[] ToBigEndian(Vector value)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(SizeOf(value));
        BinaryPrimitives.WriteUInt16BigEndian(bytes, checked((ushort)value.Memory.Length));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(sizeof(ushort)), 0);
        var source = MemoryMarshal.Cast<float, int>(value.Memory.Span);
        var target = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(HeaderBytes, source.Length * sizeof(float)));
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(source, target);
        else
            source.CopyTo(target);
        return bytes;
    }
}
