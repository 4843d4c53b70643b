using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client;

/// <summary>The body of a call's request. The HTTP handler, or a retry, may ask for it more than once.</summary>
internal abstract class RequestContent : HttpContent
{
    protected RequestContent() => Headers.ContentType = new MediaTypeHeaderValue(Wire.ContentType);

    /// <summary>Why the request could not be sent, where that is the caller's own doing.</summary>
    public RpcException? Failure { get; protected set; }

    /// <summary>False where something has been sent that was not kept.</summary>
    public virtual bool CanRepeat => true;

    /// <summary>The HTTP handler has sent the headers, and then asked for this.</summary>
    public bool WasAskedFor { get; set; }

    /// <summary>It will not be sent again: nothing need be kept.</summary>
    public virtual void Commit()
    {
    }

    /// <summary>Lets go of a request whose call has ended.</summary>
    public virtual void End() => Commit();

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        WasAskedFor = true;
        return SendAsync(stream, cancellationToken);
    }

    protected abstract Task SendAsync(Stream stream, CancellationToken cancellationToken);
}

/// <summary>
/// One message. Where it <paramref name="keeps"/> its bytes they can be sent again though the message has changed.
/// </summary>
internal sealed class SingleContent<T>(GrpcChannel channel, T message, Marshaller<T> marshaller, bool isGzip, WriteOptions? options, bool keeps) : RequestContent
{
    private byte[]? kept;
    private bool isLost;

    public override bool CanRepeat => !isLost;

    public override void Commit()
    {
        if (Interlocked.Exchange(ref kept, null) is { } bytes)
            channel.LetGo(bytes.Length);
    }

    protected override async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (kept is { } bytes)
        {
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            return;
        }
        using var buffer = new PooledBuffer();
        try
        {
            new MessageWriter(buffer, channel.Options.MaxSendMessageSize, isGzip).Write(message, marshaller.ContextualSerializer, options);
        }
        catch (RpcException error)
        {
            Failure = error;
            throw;
        }
        if (keeps && !isLost)
        {
            isLost = buffer.Written.Length > (channel.Options.MaxRetryBufferPerCallSize ?? int.MaxValue) || !channel.TryKeep(buffer.Written.Length);
            kept = isLost ? null : buffer.Written.ToArray();
        }
        // Not flushed, so that the end of the request leaves with it in one packet.
        await stream.WriteAsync(buffer.Written, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Messages as they come, until the caller says that there are no more.</summary>
internal abstract class StreamContent : RequestContent
{
    public abstract Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteOptions? options, CancellationToken cancellationToken);

    public abstract void Complete();
}

/// <summary>Messages that are sent once: each goes straight to the connection.</summary>
internal sealed class DirectContent(GrpcChannel channel, bool isGzip) : StreamContent
{
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PipeWriter? pipe;
    private MessageWriter? writer;

    public override bool CanRepeat => writer is null;

    public override async Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteOptions? options, CancellationToken cancellationToken)
    {
        await started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (finished.Task.IsCompleted)
            throw new InvalidOperationException("Request stream has already been completed.");
        var target = pipe!;
        writer ??= new MessageWriter(target, channel.Options.MaxSendMessageSize, isGzip);
        writer.Write(message, marshaller.ContextualSerializer, options);
        if ((options?.Flags & WriteFlags.BufferHint) != WriteFlags.BufferHint)
            await target.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Complete() => finished.TrySetResult();

    public override void End()
    {
        started.TrySetCanceled();
        finished.TrySetResult();
    }

    protected override async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (!CanRepeat)
            throw new RpcException(new Status(StatusCode.Unavailable, "The connection was lost after messages had been sent."));
        // The headers go out now, because the server may answer before the first message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        var own = pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 16 * 1024, leaveOpen: true));
        started.TrySetResult();
        await finished.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await own.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
