using System.Collections.Concurrent;

namespace FaceMix.Tests.Interop.Wire;

/// <summary>What passes one way of one call: the first byte of each message says whether it is compressed.</summary>
internal sealed class WireTap(Action<bool> onMessage)
{
    private readonly byte[] header = new byte[5];
    private int headerBytes;
    private long bodyBytesLeft;

    /// <summary>The flags of the messages that nobody has asked about yet.</summary>
    public ConcurrentQueue<bool> Flags { get; } = [];

    public void Pass(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var skipped = (int)Math.Min(bodyBytesLeft, bytes.Length);
            bodyBytesLeft -= skipped;
            bytes = bytes[skipped..];
            if (bytes.IsEmpty)
                return;
            header[headerBytes++] = bytes[0];
            bytes = bytes[1..];
            if (headerBytes < header.Length)
                continue;
            headerBytes = 0;
            bodyBytesLeft = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
            Flags.Enqueue(header[0] == 1);
            onMessage(header[0] == 1);
        }
    }
}

/// <summary>A stream that shows a tap what passes through it.</summary>
internal sealed class TappedStream(Stream inner, WireTap tap) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        tap.Pass(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        tap.Pass(buffer.AsSpan(offset, read));
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        tap.Pass(buffer.Span);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        tap.Pass(buffer.AsSpan(offset, count));
        inner.Write(buffer, offset, count);
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
