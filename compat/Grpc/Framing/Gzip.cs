using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace Grpc.Framing;

/// <summary>The one compression that gRPC implementations share.</summary>
internal static class Gzip
{
    public const string Name = "gzip";
    public const string Accepted = "identity,gzip";

    public static byte[] Compress(ReadOnlySpan<byte> message)
    {
        var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(message);
        return target.ToArray();
    }

    /// <exception cref="RpcException">More than <paramref name="maxSize"/> bytes come out, or the input is damaged.</exception>
    public static ReadOnlySequence<byte> Decompress(in ReadOnlySequence<byte> message, int maxSize)
    {
        var target = new ArrayBufferWriter<byte>();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(message.ToArray()), CompressionMode.Decompress);
            while (gzip.Read(target.GetSpan(4096)) is var count and > 0)
            {
                target.Advance(count);
                // Checked while it grows, so that a small message cannot become a huge one in memory.
                if (target.WrittenCount > maxSize)
                    throw new RpcException(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));
            }
        }
        catch (InvalidDataException error)
        {
            throw new RpcException(new Status(StatusCode.Internal, "The compressed message is damaged.", error));
        }
        return new(target.WrittenMemory);
    }
}
