using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
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
    private readonly CancellationTokenSource cancellation;
    private readonly TaskCompletionSource<Metadata> headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock endLock = new();
    private Task<HttpResponseMessage>? sending;
    private HttpResponseMessage? response;
    private MessageReader? reader;
    private Status? status;
    private Metadata? trailers;
    private volatile bool isCancelled;

    public ClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options, RequestContent content)
    {
        this.channel = channel;
        this.options = options;
        this.content = content;
        Method = method;
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

    public void Start(string? host)
    {
        // Nobody need look at it.
        _ = headers.Task.ContinueWith(static task => task.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            var left = deadline.ToUniversalTime() - DateTime.UtcNow;
            if (left.TotalMilliseconds < int.MaxValue)
                cancellation.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
        sending = SendAsync(host);
        _ = sending.ContinueWith(static task => task.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
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
    public async Task<TResponse?> ReadNextAsync()
    {
        try
        {
            if (status is { StatusCode: StatusCode.OK })
                return null;
            ThrowIfEnded();
            await OpenAsync().ConfigureAwait(false);
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

    private async Task<HttpResponseMessage> SendAsync(string? host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(channel.Address, Method.FullName)) { Content = content };
        if (host is not null)
            request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation("user-agent", "grpc-dotnet/facemix");
        request.Headers.TryAddWithoutValidation(Wire.AcceptEncoding, MessageCompression.Accepted(MessageCompression.Default));
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue)
            request.Headers.TryAddWithoutValidation(Wire.Timeout, Wire.FormatTimeout(deadline.ToUniversalTime() - DateTime.UtcNow));
        await AddMetadataAsync(request.Headers).ConfigureAwait(false);
        return await channel.SendAsync(request, Token).ConfigureAwait(false);
    }

    private async Task AddMetadataAsync(HttpRequestHeaders target)
    {
        var metadata = options.Headers ?? [];
        CallCredentials?[] credentials = [channel.CallCredentials, options.Credentials];
        var interceptors = credentials.SelectMany(each => each?.Interceptors ?? []).ToArray();
        if (interceptors.Length > 0)
        {
            if (channel.Address.Scheme != Uri.UriSchemeHttps && !channel.Options.UnsafeUseInsecureChannelCallCredentials)
                throw new InvalidOperationException("Call credentials require a secure channel.");
            metadata = [.. metadata];
            var service = new Uri(channel.Address, Method.ServiceName).ToString();
            foreach (var intercept in interceptors)
                await intercept(new AuthInterceptorContext(service, Method.Name, Token), metadata).ConfigureAwait(false);
        }
        foreach (var entry in metadata)
            if (entry.Key == Wire.RequestedEncoding)
                Compress(target, entry.Value);
            else
                target.TryAddWithoutValidation(entry.Key, Wire.ValueOf(entry));
    }

    private void Compress(HttpRequestHeaders target, string encoding)
    {
        content.Compression = encoding == Wire.Identity ? null
            : MessageCompression.Default.TryGetValue(encoding, out var provider) ? provider
            : throw new InvalidOperationException($"Could not find compression provider for '{encoding}'.");
        target.TryAddWithoutValidation(Wire.Encoding, encoding);
    }

    /// <summary>Waits for the reply's headers. Leaves no reader where they end the call already.</summary>
    private async Task OpenAsync()
    {
        if (response is not null)
            return;
        response = await sending!.ConfigureAwait(false);
        if (status is not null)
        {
            response.Dispose();
            throw Error();
        }
        if (response.StatusCode != HttpStatusCode.OK)
            throw new RpcException(StatusOf(response.StatusCode));
        if (response.Content.Headers.ContentType?.MediaType is not { } type || !type.StartsWith(Wire.ContentType, StringComparison.OrdinalIgnoreCase))
            throw new RpcException(new Status(StatusCode.Cancelled, $"Bad gRPC response. Invalid content-type value: {response.Content.Headers.ContentType?.MediaType}"));
        headers.TrySetResult(MetadataOf(response.Headers));
        if (response.Headers.Contains(Wire.Status))
            return;
        var encoding = response.Headers.TryGetValues(Wire.Encoding, out var values) ? values.First() : null;
        var stream = await response.Content.ReadAsStreamAsync(Token).ConfigureAwait(false);
        reader = new MessageReader(PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024)), channel.Options.MaxReceiveMessageSize, encoding, MessageCompression.Default);
    }

    private (Status Status, Metadata Trailers) ReadTrailers()
    {
        // A reply without messages may carry its status in its headers.
        var source = reader is null ? response!.Headers : response!.TrailingHeaders;
        if (!source.TryGetValues(Wire.Status, out var codes) || !int.TryParse(codes.First(), out var code))
            return (new Status(StatusCode.Cancelled, "No grpc-status found on response."), []);
        var detail = source.TryGetValues(Wire.Message, out var messages) ? Wire.DecodeMessage(string.Join(',', messages)) : "";
        return (new Status(Enum.IsDefined((StatusCode)code) ? (StatusCode)code : StatusCode.Unknown, detail), MetadataOf(source));
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
            headers.TrySetResult([]);
        else
            headers.TrySetException(Error());
        content.End();
        ended.TrySetResult();
        // Tells the server that nobody listens any more, where it still sends.
        if (final.StatusCode != StatusCode.OK)
            cancellation.Cancel();
        response?.Dispose();
        cancellation.Dispose();
    }

    private Exception Error()
    {
        var final = status!.Value;
        var error = new RpcException(final, trailers!);
        return channel.Options.ThrowOperationCanceledOnCancellation && final.StatusCode is (StatusCode.Cancelled or StatusCode.DeadlineExceeded)
            ? new OperationCanceledException(final.Detail, error)
            : error;
    }

    private Exception Fail(Exception error)
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
        var what = response is null ? "Error starting gRPC call." : "Error reading the response.";
        return new Status(TransportErrors.CodeOf(error), $"{what} {error.GetType().Name}: {error.Message}", error);
    }

    private static Status StatusOf(HttpStatusCode http) => new(
        http switch
        {
            HttpStatusCode.BadRequest => StatusCode.Internal,
            HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.NotFound => StatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        },
        $"Bad gRPC response. HTTP status code: {(int)http}");

    private static Metadata MetadataOf(HttpHeaders source)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in source.NonValidated)
            if (Wire.IsMetadata(name) && name is not (Wire.Status or Wire.Message))
                foreach (var value in values)
                    Wire.Add(metadata, name, value);
        return metadata;
    }
}
