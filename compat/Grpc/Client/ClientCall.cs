using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client;

/// <summary>One call over HTTP/2, from its request's headers to the reply's trailers.</summary>
internal sealed class ClientCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    private readonly GrpcChannel channel;
    private readonly CallOptions options;
    private readonly RequestContent content;
    private readonly Sending attempts;
    private readonly CancellationTokenSource cancellation;
    private readonly TaskCompletionSource<Metadata> headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock endLock = new();
    private Task<HttpResponseMessage>? sending;
    private Task? opening;
    private HttpResponseMessage? response;
    private MessageReader? reader;
    private Status? status;
    private Metadata? trailers;
    private volatile bool isCancelled;

    public ClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, string? host, CallOptions options, RequestContent content)
    {
        this.channel = channel;
        this.options = options;
        this.content = content;
        Method = method;
        attempts = new Sending(channel, method, options, host, content);
        cancellation = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, channel.Closing);
        Token = cancellation.Token;
    }

    public Method<TRequest, TResponse> Method { get; }

    public Task<Metadata> Headers => headers.Task;

    /// <summary>Cancelled with the call and at its deadline.</summary>
    public CancellationToken Token { get; }

    // The timer's clock and the calendar's differ by a little; only the timer cancels without being asked.
    private bool DeadlinePassed => options.Deadline is not null && Token.IsCancellationRequested
        && !isCancelled && !options.CancellationToken.IsCancellationRequested && !channel.Closing.IsCancellationRequested;

    public void Start()
    {
        // Nobody need look at it.
        _ = headers.Task.ContinueWith(static task => task.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            var left = deadline.ToUniversalTime() - DateTime.UtcNow;
            // A timer of no time at all would leave a fast server the time to answer.
            if (left <= TimeSpan.Zero)
                cancellation.Cancel();
            else if (left.TotalMilliseconds < int.MaxValue)
                cancellation.CancelAfter(left);
        }
        sending = attempts.SendAsync(Token);
        _ = sending.ContinueWith(static task => task.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
        if (Method.Type is not (MethodType.ServerStreaming or MethodType.DuplexStreaming))
            return;
        // Headers arrive and a call ends though nobody reads its messages.
        opening = OpenStreamAsync();
        _ = opening.ContinueWith(static task => task.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
    }

    /// <summary>The one response of the call.</summary>
    public async Task<TResponse> ReadSingleAsync()
    {
        try
        {
            await OpenAsync().ConfigureAwait(false);
            var message = reader is null ? null : await reader.ReadSingleAsync(Method.ResponseMarshaller.ContextualDeserializer, Token).ConfigureAwait(false);
            var (final, finalTrailers) = ReadTrailers();
            if (final.StatusCode == StatusCode.OK && message is null)
                final = new Status(StatusCode.Internal, "Failed to deserialize response message.");
            End(final, finalTrailers);
            return final.StatusCode == StatusCode.OK ? message! : throw Error();
        }
        catch (Exception error)
        {
            throw Fail(error);
        }
    }

    /// <summary>The next response of the call, or null once it has ended well.</summary>
    public async ValueTask<TResponse?> ReadNextAsync()
    {
        try
        {
            if (status is { StatusCode: StatusCode.OK })
                return null;
            ThrowIfEnded();
            await opening!.ConfigureAwait(false);
            var message = reader is null ? null : await reader.ReadAsync(Method.ResponseMarshaller.ContextualDeserializer, Token).ConfigureAwait(false);
            if (message is not null)
                return message;
            var (final, finalTrailers) = ReadTrailers();
            End(final, finalTrailers);
            return final.StatusCode == StatusCode.OK ? null : throw Error();
        }
        catch (Exception error)
        {
            throw Fail(error);
        }
    }

    public void ThrowIfEnded()
    {
        if (status is not null)
            throw Error();
    }

    /// <summary>What to throw for a request that could not be written: how the call ended, if it has.</summary>
    public async Task<Exception> WhyAsync(Exception error)
    {
        // The server's status may be on its way while the request's pipe is already broken.
        await Task.WhenAny(ended.Task, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)).ConfigureAwait(false);
        return Fail(error);
    }

    public Status GetStatus() => status ?? throw new InvalidOperationException("Unable to get the status because the call is not complete.");

    public Metadata GetTrailers() => status is null
        ? throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.")
        : trailers!;

    public void Cancel()
    {
        lock (endLock)
        {
            if (status is not null)
                return;
            isCancelled = true;
        }
        cancellation.Cancel();
    }

    public void Dispose() => End(new Status(StatusCode.Cancelled, "gRPC call disposed."), []);

    private async Task OpenStreamAsync()
    {
        try
        {
            await OpenAsync().ConfigureAwait(false);
            if (reader is null && ReadTrailers() is { Status.StatusCode: not StatusCode.OK } failed)
                End(failed.Status, failed.Trailers);
        }
        catch (Exception error)
        {
            throw Fail(error);
        }
    }

    /// <summary>Waits for the reply's headers. Leaves no reader where they end the call already.</summary>
    private async Task OpenAsync()
    {
        var arrived = await sending!.ConfigureAwait(false);
        lock (endLock)
        {
            if (status is not null)
                // The server learns by this that nobody listens.
                arrived.Dispose();
            ThrowIfEnded();
            response = arrived;
        }
        var early = Replies.StatusOfHeaders(response);
        if (early is not null && !response.Headers.Contains(Wire.Status))
            throw new RpcException(early.Value);
        headers.TrySetResult(Replies.MetadataOf(response.Headers));
        if (early is not null)
            return;
        var encoding = response.Headers.TryGetValues(Wire.Encoding, out var values) ? values.First() : null;
        var stream = await response.Content.ReadAsStreamAsync(Token).ConfigureAwait(false);
        reader = new MessageReader(PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024)), channel.Options.MaxReceiveMessageSize, encoding);
    }

    private (Status Status, Metadata Trailers) ReadTrailers()
    {
        // A reply without messages may carry its status in its headers.
        var source = reader is null ? response!.Headers : response!.TrailingHeaders;
        return (Replies.StatusOf(source), Replies.MetadataOf(source));
    }

    private void End(Status final, Metadata finalTrailers)
    {
        lock (endLock)
        {
            if (status is not null)
                return;
            trailers = finalTrailers;
            status = final;
        }
        if (final.StatusCode == StatusCode.OK)
        {
            attempts.Succeeded();
            headers.TrySetResult([]);
        }
        else
        {
            headers.TrySetException(Error());
        }
        content.End();
        ended.TrySetResult();
        // Tells the server that nobody listens any more, where it still sends.
        if (final.StatusCode != StatusCode.OK)
            cancellation.Cancel();
        response?.Dispose();
        cancellation.Dispose();
    }

    private RpcException Error() => new(status!.Value, trailers!);

    private RpcException Fail(Exception error)
    {
        if (status is null)
        {
            var (final, finalTrailers) = content.Failure is { } own ? (own.Status, own.Trailers) : (Explain(error), []);
            End(final, finalTrailers);
        }
        return Error();
    }

    private Status Explain(Exception error)
    {
        if (error is RpcException rpc)
            return rpc.Status;
        if (DeadlinePassed)
            return new Status(StatusCode.DeadlineExceeded, "", error);
        if (error is OperationCanceledException || cancellation.IsCancellationRequested)
            return new Status(StatusCode.Cancelled, "Call canceled by the client.", error);
        return TransportErrors.StatusOf(error, response is null ? "Error starting gRPC call." : "Error reading the response.");
    }
}
