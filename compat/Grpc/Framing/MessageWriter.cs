using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Grpc.Framing;

/// <summary>
/// Writes messages behind their header. A serializer that says its length first, as generated ones do, writes
/// straight into the target. One writer per call and direction.
/// </summary>
/// <param name="target">Where the frames go.</param>
/// <param name="maxSize">In bytes, before compression; null: no limit.</param>
/// <param name="isGzip">Compresses each message unless its options forbid it.</param>
internal sealed class MessageWriter(IBufferWriter<byte> target, int? maxSize, bool isGzip = false)
    : SerializationContext
{
    private const int HeaderSize = 5;
    private ArrayBufferWriter<byte>? scratch;
    private int? length;
    private bool compresses;
    private bool isComplete;

    /// <summary>Puts one message into the target; does not flush it.</summary>
    /// <exception cref="RpcException">The message is larger than allowed.</exception>
    public void Write<T>(T message, Action<T, SerializationContext> serializer, WriteOptions? options)
    {
        length = null;
        isComplete = false;
        compresses = isGzip && (options?.Flags & WriteFlags.NoCompress) != WriteFlags.NoCompress;
        serializer(message, this);
        if (!isComplete)
            throw new InvalidOperationException("The serializer did not complete its message.");
    }

    public override void SetPayloadLength(int payloadLength) => length = Checked(payloadLength);

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (length is { } known && !compresses)
        {
            // With room for the whole message it is written in one go.
            (target as PooledBuffer)?.Reserve(HeaderSize + known);
            WriteHeader(known, compressed: false);
            return target;
        }
        scratch ??= new ArrayBufferWriter<byte>();
        scratch.ResetWrittenCount();
        return scratch;
    }

    public override void Complete()
    {
        isComplete = true;
        if (length is null || compresses)
            WriteWhole(scratch!.WrittenMemory);
    }

    public override void Complete(byte[] payload)
    {
        isComplete = true;
        WriteWhole(payload);
    }

    private void WriteWhole(ReadOnlyMemory<byte> payload)
    {
        Checked(payload.Length);
        // Nothing compresses to nothing, which is no gzip to other implementations.
        compresses &= !payload.IsEmpty;
        if (compresses)
            payload = Gzip.Compress(payload.Span);
        WriteHeader(payload.Length, compresses);
        target.Write(payload.Span);
    }

    private void WriteHeader(int size, bool compressed)
    {
        var header = target.GetSpan(HeaderSize);
        header[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)size);
        target.Advance(HeaderSize);
    }

    private int Checked(int size) => maxSize is { } most && size > most
        ? throw new RpcException(new Status(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."))
        : size;
}
