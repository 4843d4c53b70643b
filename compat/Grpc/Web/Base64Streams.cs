using System.Buffers;
using System.Buffers.Text;

namespace Grpc.AspNetCore.Web;

/// <summary>Only what a body needs: one direction, asynchronous.</summary>
internal abstract class OneWayStream : Stream
{
    public override bool CanRead => false;

    public override bool CanWrite => false;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Decodes base64 as it is read. Padding may occur in between, because each frame may be encoded by itself.</summary>
internal sealed class Base64ReadStream(Stream inner) : OneWayStream
{
    private readonly byte[] text = new byte[4096];
    private readonly byte[] bytes = new byte[3072];
    private int textCount;
    private int start;
    private int end;

    public override bool CanRead => true;

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (start == end)
        {
            var count = await inner.ReadAsync(text.AsMemory(textCount), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                return textCount == 0 ? 0 : throw new InvalidDataException("The base64 body ends in the middle of a group.");
            textCount += count;
            Decode();
        }
        var given = Math.Min(buffer.Length, end - start);
        bytes.AsSpan(start, given).CopyTo(buffer.Span);
        start += given;
        return given;
    }

    private void Decode()
    {
        (start, end) = (0, 0);
        var whole = textCount - (textCount % 4);
        for (var from = 0; from < whole;)
        {
            // Up to and including the group that is padded.
            var padding = text.AsSpan(from, whole - from).IndexOf((byte)'=');
            var to = padding < 0 ? whole : from + (padding / 4 * 4) + 4;
            if (Base64.DecodeFromUtf8(text.AsSpan(from, to - from), bytes.AsSpan(end), out _, out var written) != OperationStatus.Done)
                throw new InvalidDataException("The body is not base64.");
            end += written;
            from = to;
        }
        text.AsSpan(whole, textCount - whole).CopyTo(text);
        textCount -= whole;
    }
}

/// <summary>Encodes to base64 as it is written. Each flush ends with padding, so that what was written can be read.</summary>
internal sealed class Base64WriteStream(Stream inner) : OneWayStream
{
    private readonly byte[] kept = new byte[3];
    private int keptCount;

    public override bool CanWrite => true;

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (keptCount is > 0 and < 3 && buffer.Length > 0)
        {
            kept[keptCount++] = buffer.Span[0];
            buffer = buffer[1..];
        }
        if (keptCount == 3)
            await EncodeKeptAsync(cancellationToken).ConfigureAwait(false);
        var whole = buffer.Length - (buffer.Length % 3);
        await EncodeAsync(buffer[..whole], cancellationToken).ConfigureAwait(false);
        foreach (var b in buffer.Span[whole..])
            kept[keptCount++] = b;
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await EncodeKeptAsync(cancellationToken).ConfigureAwait(false);
        await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what is kept back; to be called before the body is left.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => EncodeKeptAsync(cancellationToken);

    private Task EncodeKeptAsync(CancellationToken cancellationToken)
    {
        var rest = kept.AsMemory(0, keptCount);
        keptCount = 0;
        return EncodeAsync(rest, cancellationToken);
    }

    private async Task EncodeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsEmpty)
            return;
        var encoded = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        try
        {
            Base64.EncodeToUtf8(bytes.Span, encoded, out _, out var written);
            await inner.WriteAsync(encoded.AsMemory(0, written), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }
}
