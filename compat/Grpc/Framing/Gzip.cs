using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace Grpc.Framing;

/// <summary>Whole messages in and out of gzip, the one compression that all implementations of gRPC share.</summary>
internal static class Gzip
{
    public const string Name = "gzip";

    /// <summary>What is understood, for <c>grpc-accept-encoding</c>.</summary>
    public const string Accepted = $"{Wire.Identity},{Name}";

    // Neither the start of another gzip stream nor the end of one.
    private const byte Guard = 0xFF;

    public static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> message)
    {
        var target = new MemoryStream();
        using (var stream = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(message);
        return target.GetBuffer().AsMemory(0, (int)target.Length);
    }

    /// <exception cref="RpcException">More than <paramref name="maxSize"/> bytes come out, or the input is damaged.</exception>
    public static ReadOnlySequence<byte> Decompress(in ReadOnlySequence<byte> message, int maxSize)
    {
        var target = new ArrayBufferWriter<byte>();
        var input = new byte[message.Length + 1];
        message.CopyTo(input);
        input[^1] = Guard;
        try
        {
            using var stream = new GZipStream(message.IsEmpty ? Stream.Null : new WholeInput(input), CompressionMode.Decompress);
            while (stream.Read(target.GetSpan(4096)) is var count and > 0)
            {
                target.Advance(count);
                // Checked while it grows, so that a small message cannot become a huge one in memory.
                if (target.WrittenCount > maxSize)
                    throw Wire.TooLarge();
            }
        }
        catch (InvalidDataException error)
        {
            throw new RpcException(new Status(StatusCode.Internal, "The compressed message is damaged.", error));
        }
        return new(target.WrittenMemory);
    }

    /// <summary>
    /// .NET's streams take what is cut short for what has ended. The byte behind it is ignored after what is whole, and
    /// whoever looks beyond that byte has not seen the end.
    /// </summary>
    private sealed class WholeInput(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            Position < Length ? base.Read(buffer, offset, count) : throw new InvalidDataException("The input is cut short.");
    }
}
