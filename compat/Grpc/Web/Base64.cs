using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.AspNetCore.Web;

/// <summary>Decodes base64 as it is read. Padding may occur in between, because each frame may be encoded by itself.</summary>
internal sealed class Base64ReadStream(Stream inner) : Stream
{
    private readonly byte[] text = new byte[4096];
    private readonly byte[] bytes = new byte[3072];
    private int textCount;
    private int start;
    private int end;

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (start == end)
        {
            var count = await inner.ReadAsync(text.AsMemory(textCount), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                return textCount == 0 ? 0 : throw Damaged();
            textCount += count;
            Decode();
        }
        var given = Math.Min(buffer.Length, end - start);
        bytes.AsSpan(start, given).CopyTo(buffer.Span);
        start += given;
        return given;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static RpcException Damaged() => new(new Status(StatusCode.Internal, "The body is not base64."));

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
                throw Damaged();
            end += written;
            from = to;
        }
        text.AsSpan(whole, textCount - whole).CopyTo(text);
        textCount -= whole;
    }
}

/// <summary>Encodes to base64. What each flush sends ends with padding, so that it can be read at once.</summary>
internal sealed class Base64PipeWriter(PipeWriter inner) : PipeWriter, IDisposable
{
    private const int Piece = 3 * 1024;
    // Also the lock between a service's flush and the trailers that a deadline writes beside it.
    private readonly PooledBuffer waiting = new();

    public override Memory<byte> GetMemory(int sizeHint = 0) => waiting.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => waiting.GetSpan(sizeHint);

    public override void Advance(int bytes) => waiting.Advance(bytes);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => WriteAsync(default, cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        lock (waiting)
        {
            waiting.Write(source.Span);
            for (var rest = waiting.Written.Span; rest.Length > 0; rest = rest[Math.Min(rest.Length, Piece)..])
            {
                var piece = rest[..Math.Min(rest.Length, Piece)];
                Base64.EncodeToUtf8(piece, inner.GetSpan(Base64.GetMaxEncodedToUtf8Length(piece.Length)), out _, out var written);
                inner.Advance(written);
            }
            waiting.Clear();
        }
        return inner.FlushAsync(cancellationToken);
    }

    public void Dispose() => waiting.Dispose();
}
