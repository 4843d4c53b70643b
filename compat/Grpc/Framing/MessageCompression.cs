using System.Buffers;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Framing;

/// <summary>Whole messages in and out of a compression.</summary>
internal static class MessageCompression
{
    /// <summary>What is known where nobody says otherwise, by name.</summary>
    public static readonly IReadOnlyDictionary<string, ICompressionProvider> Default =
        ByName([new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest)]);

    /// <summary>Of two with one name the first counts.</summary>
    public static IReadOnlyDictionary<string, ICompressionProvider> ByName(IEnumerable<ICompressionProvider> providers) =>
        providers.DistinctBy(each => each.EncodingName).ToDictionary(each => each.EncodingName, StringComparer.Ordinal);

    /// <summary>"identity,gzip,deflate".</summary>
    public static string Accepted(IReadOnlyDictionary<string, ICompressionProvider> providers) =>
        string.Join(',', providers.Keys.Prepend(Wire.Identity));

    public static ReadOnlyMemory<byte> Compress(this ICompressionProvider provider, ReadOnlySpan<byte> message, CompressionLevel? level)
    {
        var target = new MemoryStream();
        using (var stream = provider.CreateCompressionStream(target, level))
            stream.Write(message);
        return target.GetBuffer().AsMemory(0, (int)target.Length);
    }

    /// <exception cref="RpcException">More than <paramref name="maxSize"/> bytes come out, or the input is damaged.</exception>
    public static ReadOnlySequence<byte> Decompress(this ICompressionProvider provider, in ReadOnlySequence<byte> message, int maxSize)
    {
        var target = new ArrayBufferWriter<byte>();
        var input = new byte[message.Length + 1];
        message.CopyTo(input);
        input[^1] = WholeInput.Guard;
        try
        {
            using var stream = provider.CreateDecompressionStream(provider is GzipCompressionProvider or DeflateCompressionProvider && !message.IsEmpty
                ? new WholeInput(input)
                : new MemoryStream(input, 0, input.Length - 1));
            while (stream.Read(target.GetSpan(4096)) is var count and > 0)
            {
                target.Advance(count);
                // Checked while it grows, so that a small message cannot become a huge one in memory.
                if (target.WrittenCount > maxSize)
                    throw Wire.TooLarge();
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
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
        // Neither the start of another gzip stream nor the end of one.
        public const byte Guard = 0xFF;

        public override int Read(byte[] buffer, int offset, int count) =>
            Position < Length ? base.Read(buffer, offset, count) : throw new InvalidDataException("The input is cut short.");
    }
}
