using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Framing;
using Grpc.Net.Compression;

namespace Grpc.Net.Client;

/// <summary>The body of a call's request.</summary>
internal abstract class RequestContent : HttpContent
{
    protected RequestContent() => Headers.ContentType = new MediaTypeHeaderValue(Wire.ContentType);

    /// <summary>Why the request could not be sent, where that is the caller's own doing.</summary>
    public RpcException? Failure { get; protected set; }

    /// <summary>Null: messages go as they are. Set before the request is sent.</summary>
    public ICompressionProvider? Compression { get; set; }

    /// <summary>Lets go of a request whose call has ended.</summary>
    public virtual void End()
    {
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}

/// <summary>One message.</summary>
internal sealed class SingleContent<T>(T message, Marshaller<T> marshaller, int? maxSize, WriteOptions? options) : RequestContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBuffer();
        try
        {
            new MessageWriter(buffer, maxSize, Compression).Write(message, marshaller.ContextualSerializer, options);
        }
        catch (RpcException error)
        {
            Failure = error;
            throw;
        }
        // Not flushed, so that the end of the request leaves with it in one packet.
        await stream.WriteAsync(buffer.Written, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Messages as they come, until the caller says that there are no more.</summary>
internal sealed class StreamedContent(int? maxSize) : RequestContent
{
    private readonly TaskCompletionSource<PipeWriter> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MessageWriter? writer;

    public async Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteOptions? options, CancellationToken cancellationToken)
    {
        var pipe = await started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (finished.Task.IsCompleted)
            throw new InvalidOperationException("Request stream has already been completed.");
        writer ??= new MessageWriter(pipe, maxSize, Compression);
        writer.Write(message, marshaller.ContextualSerializer, options);
        if ((options?.Flags & WriteFlags.BufferHint) != WriteFlags.BufferHint)
            await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Complete() => finished.TrySetResult();

    public override void End()
    {
        started.TrySetCanceled();
        finished.TrySetResult();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers go out now, because the server may answer before the first message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        var pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 16 * 1024, leaveOpen: true));
        started.TrySetResult(pipe);
        await finished.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
