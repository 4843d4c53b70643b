using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;

namespace Grpc.Framing;

/// <summary>
/// Reads messages, each behind one byte (1: compressed) and four of length, and parses them where they lie in
/// the pipe. One reader per call and direction.
/// </summary>
/// <param name="pipe">Where the frames come from.</param>
/// <param name="maxSize">In bytes, also of what a compressed message becomes; null: no limit.</param>
/// <param name="encoding">The sender's grpc-encoding.</param>
internal sealed class MessageReader(PipeReader pipe, int? maxSize, string? encoding)
    : DeserializationContext
{
    private const int HeaderSize = 5;
    private ReadOnlySequence<byte> payload;

    public override int PayloadLength => (int)payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;

    /// <summary>The next message, or null at the end of the stream.</summary>
    /// <exception cref="RpcException">Too large, cut short, or compressed in a way unknown here.</exception>
    public async ValueTask<T?> ReadAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled)
                throw new OperationCanceledException("Incoming message cancelled.");
            var buffer = result.Buffer;
            T? message;
            SequencePosition end;
            try
            {
                if (!TryParse(buffer, deserializer, out message, out end))
                    end = buffer.Start;
            }
            catch
            {
                // A read that was never finished would keep the server from taking the rest of the request, and the
                // connection would break before the status is sent.
                pipe.AdvanceTo(buffer.Start, buffer.End);
                throw;
            }
            if (message is not null)
            {
                pipe.AdvanceTo(end);
                return message;
            }
            if (result.IsCompleted)
            {
                var complete = buffer.IsEmpty;
                pipe.AdvanceTo(buffer.End);
                return complete ? null : throw new RpcException(new Status(StatusCode.Internal, "Incomplete message."));
            }
            pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>The one message of a stream that must hold exactly one; null where it holds none.</summary>
    /// <exception cref="RpcException">As above, or more than one message.</exception>
    public async ValueTask<T?> ReadSingleAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        var message = await ReadAsync(deserializer, cancellationToken).ConfigureAwait(false);
        if (message is null)
            return null;
        var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
        while (result.Buffer.IsEmpty && !result.IsCompleted && !result.IsCanceled)
        {
            pipe.AdvanceTo(result.Buffer.End);
            result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        var alone = result.Buffer.IsEmpty;
        pipe.AdvanceTo(result.Buffer.End);
        return alone ? message : throw new RpcException(new Status(StatusCode.Internal, "Additional data after the message received."));
    }

    private bool TryParse<T>(in ReadOnlySequence<byte> buffer, Func<DeserializationContext, T> deserializer, out T? message, out SequencePosition end)
    {
        message = default;
        end = default;
        if (buffer.Length < HeaderSize)
            return false;
        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)(maxSize ?? int.MaxValue))
            throw Wire.TooLarge();
        if (buffer.Length < HeaderSize + length)
            return false;

        var body = buffer.Slice(HeaderSize, length);
        end = body.End;
        payload = header[0] switch
        {
            0 => body,
            1 => Decompressed(body),
            _ => throw new RpcException(new Status(StatusCode.Internal, "Unexpected compressed flag value in message header.")),
        };
        try
        {
            message = deserializer(this);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new RpcException(new Status(StatusCode.Internal, "The message is not of the method's type.", error));
        }
        payload = default;
        return true;
    }

    private ReadOnlySequence<byte> Decompressed(in ReadOnlySequence<byte> body) => encoding switch
    {
        Gzip.Name => Gzip.Decompress(body, maxSize ?? int.MaxValue),
        null or "" or Wire.Identity => throw new RpcException(new Status(StatusCode.Internal, "A message is compressed, but grpc-encoding names no compression.")),
        _ => throw new RpcException(new Status(StatusCode.Unimplemented, $"Unsupported grpc-encoding value '{encoding}'. Supported encodings: {Gzip.Accepted}")),
    };
}
