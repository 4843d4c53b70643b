using System.Diagnostics;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>One call over HTTP/2: its context, its messages, and how it ends.</summary>
internal sealed class ServerCall : ServerCallContext
{
    // RFC 9113: "no error" leaves a caller who still sends the reply that it got; "cancel" takes it away.
    private const int NoError = 0x0;
    private const int Cancel = 0x8;

    private readonly MethodOptions options;
    private readonly ILogger logger;
    private readonly CallDeadline? deadline;
    // Also the lock between a service that writes and a deadline that ends its call.
    private readonly MessageReader reader;
    private MessageWriter? writer;
    private Metadata? requestHeaders;
    private Metadata? responseTrailers;
    private string? responseEncoding;
    private bool hasEnded;

    private ServerCall(HttpContext http, MethodOptions options, ILogger logger)
    {
        Http = http;
        this.options = options;
        this.logger = logger;
        var (request, response) = (http.Request.Headers, http.Response.Headers);
        var encoding = request[Wire.Encoding].ToString();
        reader = new MessageReader(http.Request.BodyReader, options.MaxReceiveMessageSize, encoding);
        if (encoding is not ("" or Wire.Identity or Gzip.Name))
            response[Wire.AcceptEncoding] = Gzip.Accepted;
        if (options.CompressesResponses && Wire.ListHolds(request[Wire.AcceptEncoding].ToString(), Gzip.Name))
            response[Wire.Encoding] = responseEncoding = Gzip.Name;
        if (request.TryGetValue(Wire.Timeout, out var text) && Wire.TryParseTimeout(text.ToString(), out var timeout))
            deadline = new CallDeadline(this, timeout);
        CancellationTokenCore = deadline?.Token ?? http.RequestAborted;
    }

    public HttpContext Http { get; }

    protected override string MethodCore => Http.Request.Path.Value!;

    protected override string HostCore => Http.Request.Host.Value!;

    protected override string PeerCore => Http.Connection switch
    {
        { RemoteIpAddress: { AddressFamily: AddressFamily.InterNetworkV6 } address, RemotePort: var port } => $"ipv6:[{address}]:{port}",
        { RemoteIpAddress: { } address, RemotePort: var port } => $"ipv4:{address}:{port}",
        _ => "unknown",
    };

    protected override DateTime DeadlineCore => deadline?.At ?? DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => requestHeaders ??= GrpcHttp.ReadHeaders(Http.Request.Headers);

    // Kept, because a service may look at it after its call has ended.
    protected override CancellationToken CancellationTokenCore { get; }

    protected override Metadata ResponseTrailersCore => responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override IDictionary<object, object> UserStateCore => Http.Items!;

    /// <summary>Runs a method from the request's headers to the reply's trailers; throws nothing.</summary>
    public static async Task HandleAsync(HttpContext http, MethodOptions options, ILogger logger, Func<ServerCall, Task> run)
    {
        if (!GrpcHttp.Accepts(http))
            return;
        http.Response.ContentType = Wire.ContentType;
        var call = new ServerCall(http, options, logger);
        Activity.Current?.SetTag("grpc.method", call.MethodCore);
        try
        {
            await run(call).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            call.Fail(error);
        }
        call.End();
        if (call.deadline is { } deadline)
            await deadline.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends a request for which there is no method, with a status and nothing else.</summary>
    public static Task EndBeforeStart(HttpContext http, Status status)
    {
        if (GrpcHttp.Accepts(http))
        {
            http.Response.ContentType = Wire.ContentType;
            GrpcHttp.SetStatus(http.Response.Headers, status);
        }
        return Task.CompletedTask;
    }

    public async ValueTask<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
        where T : class =>
        await reader.ReadSingleAsync(marshaller.ContextualDeserializer, CancellationToken).ConfigureAwait(false)
        ?? throw new RpcException(new Status(StatusCode.Internal, "Incomplete message."));

    public async ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Volatile.Read(ref hasEnded) || Http.RequestAborted.IsCancellationRequested)
            throw new InvalidOperationException("Can't read messages after the request is complete.");
        if (!cancellationToken.CanBeCanceled || cancellationToken == CancellationToken)
            return await reader.ReadAsync(marshaller.ContextualDeserializer, CancellationToken).ConfigureAwait(false);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, CancellationToken);
        return await reader.ReadAsync(marshaller.ContextualDeserializer, either.Token).ConfigureAwait(false);
    }

    /// <summary>Sends a message, or leaves it in the buffer if it is hinted that more will follow.</summary>
    public async Task WriteAsync<T>(T message, Marshaller<T> marshaller, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // A message cannot be left half written, so the call ends.
        using var registration = cancellationToken.UnsafeRegister(static call => ((ServerCall)call!).Reset(Cancel), this);
        await PutAsync(message, marshaller).ConfigureAwait(false);
        if ((WriteOptionsCore?.Flags & WriteFlags.BufferHint) == WriteFlags.BufferHint)
            return;
        await Http.Response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
        CancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>The response of a method that has only one; it leaves together with the trailers.</summary>
    public ValueTask WriteLastAsync<T>(T? message, Marshaller<T> marshaller)
        where T : class
    {
        if (message is null)
            throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        return Volatile.Read(ref hasEnded) ? default : PutAsync(message, marshaller);
    }

    /// <summary>Called at the deadline, beside the service; the caller gets its status now.</summary>
    public async Task PassDeadlineAsync(CancellationTokenSource cancellation)
    {
        try
        {
            Task sending;
            lock (reader)
            {
                if (hasEnded || Http.RequestAborted.IsCancellationRequested)
                    return;
                hasEnded = true;
                StatusCore = new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded");
                GrpcHttp.SetStatus(GrpcHttp.StatusTarget(Http), StatusCore);
                sending = Http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync();
            }
            // A caller who does not read what was sent before must not hold the service.
            cancellation.Cancel();
            await sending.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            ServerLog.DeadlineFailed(logger, MethodCore, error);
        }
        Reset(NoError);
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (Http.Response.HasStarted)
            throw new InvalidOperationException("Response headers can only be sent once per call.");
        foreach (var entry in responseHeaders)
            if (entry.Key == Wire.RequestedEncoding)
                Http.Response.Headers[Wire.Encoding] = responseEncoding = entry.Value;
            else
                GrpcHttp.Append(Http.Response.Headers, entry);
        await Http.Response.BodyWriter.FlushAsync().ConfigureAwait(false);
    }

    private async ValueTask PutAsync<T>(T message, Marshaller<T> marshaller)
    {
        // Headers first: a status that follows belongs into the trailers from here on.
        if (!Http.Response.HasStarted)
        {
            Task starting;
            lock (reader)
            {
                ThrowIfEnded();
                starting = Http.Response.StartAsync();
            }
            await starting.ConfigureAwait(false);
        }
        lock (reader)
        {
            ThrowIfEnded();
            writer ??= new MessageWriter(Http.Response.BodyWriter, options.MaxSendMessageSize, responseEncoding == Gzip.Name);
            writer.Write(message, marshaller.ContextualSerializer, WriteOptionsCore);
        }
    }

    private void ThrowIfEnded()
    {
        if (hasEnded || Http.RequestAborted.IsCancellationRequested)
            throw new InvalidOperationException("Can't write the message because the request is complete.");
    }

    private void Fail(Exception error)
    {
        if (error is RpcException rpc)
        {
            ServerLog.EndedWith(logger, MethodCore, rpc.StatusCode, rpc.Status.Detail, rpc.Status.DebugException);
            foreach (var entry in rpc.Trailers)
                ResponseTrailersCore.Add(entry);
            StatusCore = rpc.Status;
            return;
        }
        if (error is OperationCanceledException or IOException && CancellationToken.IsCancellationRequested)
            ServerLog.Cancelled(logger, MethodCore, error);
        else
            ServerLog.Failed(logger, MethodCore, error);
        var detail = options.EnableDetailedErrors
            ? $"Exception was thrown by handler. {error.GetType().Name}: {error.Message}"
            : "Exception was thrown by handler.";
        StatusCore = new Status(StatusCode.Unknown, detail, error);
    }

    private void End()
    {
        lock (reader)
        {
            if (hasEnded)
                return;
            hasEnded = true;
        }
        if (Http.RequestAborted.IsCancellationRequested)
            return;
        var target = GrpcHttp.StatusTarget(Http);
        try
        {
            foreach (var entry in responseTrailers ?? [])
                GrpcHttp.Append(target, entry);
        }
        catch (InvalidOperationException error)
        {
            Fail(error);
        }
        GrpcHttp.SetStatus(target, StatusCore);
        Activity.Current?.SetTag("grpc.status_code", Wire.EncodeStatus(StatusCore.StatusCode));
    }

    private void Reset(int code)
    {
        if (Http.Features.Get<IHttpResetFeature>() is { } feature)
            feature.Reset(code);
        else
            Http.Abort();
    }
}
