using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>One call over HTTP/2: its context, its messages, and how it ends.</summary>
internal sealed class ServerCall : ServerCallContext, IServerCallContextFeature, IDisposable
{
    private readonly MethodOptions options;
    private readonly MessageReader reader;
    private readonly CancellationTokenSource? deadline;
    private readonly string? responseEncoding;
    private MessageWriter? writer;
    private Metadata? requestHeaders;
    private Metadata? responseTrailers;
    private bool hasEnded;

    private ServerCall(HttpContext http, MethodOptions options)
    {
        Http = http;
        this.options = options;
        CancellationTokenCore = http.RequestAborted;
        var headers = http.Request.Headers;
        reader = new MessageReader(http.Request.BodyReader, options.MaxReceiveMessageSize, headers[Wire.Encoding]);
        if (options.ResponseCompression is Gzip.Name && headers[Wire.AcceptEncoding].ToString().Contains(Gzip.Name, StringComparison.Ordinal))
            http.Response.Headers[Wire.Encoding] = responseEncoding = Gzip.Name;
        if (headers.TryGetValue(Wire.Timeout, out var text) && Wire.TryParseTimeout(text.ToString(), out var timeout))
        {
            // Longer than a timer can wait is as good as none.
            DeadlineCore = timeout < TimeSpan.FromDays(365 * 100) ? DateTime.UtcNow + timeout : DateTime.MaxValue;
            if (timeout.TotalMilliseconds < int.MaxValue)
            {
                deadline = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
                deadline.CancelAfter(timeout);
                CancellationTokenCore = deadline.Token;
            }
        }
    }

    public HttpContext Http { get; }

    public ServerCallContext ServerCallContext => this;

    protected override string MethodCore => Http.Request.Path.Value!;

    protected override string HostCore => Http.Request.Host.Value!;

    protected override string PeerCore => Http.Connection switch
    {
        { RemoteIpAddress: { AddressFamily: AddressFamily.InterNetworkV6 } address, RemotePort: var port } => $"ipv6:[{address}]:{port}",
        { RemoteIpAddress: { } address, RemotePort: var port } => $"ipv4:{address}:{port}",
        _ => "unknown",
    };

    protected override DateTime DeadlineCore { get; } = DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => requestHeaders ??= ReadHeaders(Http.Request.Headers);

    // Kept, because a service may look at it after its call has ended.
    protected override CancellationToken CancellationTokenCore { get; }

    protected override Metadata ResponseTrailersCore => responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => Http.Connection.ClientCertificate is { } certificate
        ? AuthContextOf(certificate)
        : new AuthContext(null, []);

    protected override IDictionary<object, object> UserStateCore => Http.Items!;

    private bool DeadlinePassed => deadline is { IsCancellationRequested: true } && !Http.RequestAborted.IsCancellationRequested;

    /// <summary>Runs a method from the request's headers to the reply's trailers; throws nothing.</summary>
    public static async Task HandleAsync(HttpContext http, MethodOptions options, ILogger logger, Func<ServerCall, Task> run)
    {
        if (!Accepts(http))
            return;
        http.Response.ContentType = Wire.ContentType;
        LiftLimits(http.Features);
        using var call = new ServerCall(http, options);
        http.Features.Set<IServerCallContextFeature>(call);
        Activity.Current?.SetTag("grpc.method", http.Request.Path.Value);
        try
        {
            await run(call).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            call.Fail(error, logger);
        }
        call.End();
    }

    /// <summary>Ends a request for which there is no method, with a status and nothing else.</summary>
    public static Task EndBeforeStart(HttpContext http, Status status)
    {
        if (Accepts(http))
        {
            http.Response.ContentType = Wire.ContentType;
            SetStatus(http.Response.Headers, status);
        }
        return Task.CompletedTask;
    }

    public static bool IsGrpc(string? contentType) =>
        contentType is not null && contentType.StartsWith(Wire.ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == Wire.ContentType.Length || contentType[Wire.ContentType.Length] is '+' or ';' or '-');

    public async Task<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
        where T : class =>
        await reader.ReadSingleAsync(marshaller.ContextualDeserializer, CancellationToken).ConfigureAwait(false)
        ?? throw new RpcException(new Status(StatusCode.Internal, "Incomplete message."));

    public async ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class
    {
        if (!cancellationToken.CanBeCanceled || cancellationToken == CancellationToken)
            return await reader.ReadAsync(marshaller.ContextualDeserializer, CancellationToken).ConfigureAwait(false);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, CancellationToken);
        return await reader.ReadAsync(marshaller.ContextualDeserializer, either.Token).ConfigureAwait(false);
    }

    public async Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteOptions? writeOptions, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CancellationToken.ThrowIfCancellationRequested();
        if (hasEnded)
            throw new InvalidOperationException("Can't write the message because the request is complete.");
        await PutAsync(message, marshaller, writeOptions).ConfigureAwait(false);
        if ((writeOptions?.Flags & WriteFlags.BufferHint) != WriteFlags.BufferHint)
            await Http.Response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The response of a method that has only one; it leaves together with the trailers.</summary>
    public Task WriteLastAsync<T>(T? message, Marshaller<T> marshaller)
        where T : class
    {
        if (message is null)
            throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        if (StatusCore.StatusCode != StatusCode.OK || DeadlinePassed)
            return Task.CompletedTask;
        return PutAsync(message, marshaller, WriteOptionsCore);
    }

    public void Dispose() => deadline?.Dispose();

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (Http.Response.HasStarted)
            throw new InvalidOperationException("Response headers can only be sent once per call.");
        foreach (var entry in responseHeaders)
            Http.Response.Headers.Append(entry.Key, Wire.ValueOf(entry));
        await Http.Response.StartAsync(CancellationToken).ConfigureAwait(false);
        await Http.Response.BodyWriter.FlushAsync(CancellationToken).ConfigureAwait(false);
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Context propagation is not supported.");

    private static bool Accepts(HttpContext http)
    {
        if (!IsGrpc(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }
        if (HttpProtocol.IsHttp2(http.Request.Protocol) || HttpProtocol.IsHttp3(http.Request.Protocol))
            return true;
        http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
        http.Response.Headers.Upgrade = "h2c";
        SetStatus(http.Response.Headers, new Status(StatusCode.Internal, $"Request protocol '{http.Request.Protocol}' is not supported."));
        return false;
    }

    // A stream may last, and messages have a limit of their own.
    private static void LiftLimits(IFeatureCollection features)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } incoming)
            incoming.MinDataRate = null;
    }

    private static Metadata ReadHeaders(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
            if (Wire.IsMetadata(name))
                Wire.Add(metadata, name, values.ToString());
        return metadata;
    }

    private static void SetStatus(IHeaderDictionary target, Status status)
    {
        target[Wire.Status] = Wire.EncodeStatus(status.StatusCode);
        if (!string.IsNullOrEmpty(status.Detail))
            target[Wire.Message] = Wire.EncodeMessage(status.Detail);
    }

    private static AuthContext AuthContextOf(X509Certificate2 certificate)
    {
        const string commonName = "x509_common_name";
        var name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return new AuthContext(commonName, new() { [commonName] = [AuthProperty.Create(commonName, Encoding.UTF8.GetBytes(name))] });
    }

    private async Task PutAsync<T>(T message, Marshaller<T> marshaller, WriteOptions? writeOptions)
    {
        // Headers first: a status that follows belongs into the trailers from here on.
        if (!Http.Response.HasStarted)
            await Http.Response.StartAsync(CancellationToken).ConfigureAwait(false);
        writer ??= new MessageWriter(Http.Response.BodyWriter, options.MaxSendMessageSize, responseEncoding);
        writer.Write(message, marshaller.ContextualSerializer, writeOptions);
    }

    private void Fail(Exception error, ILogger logger)
    {
        switch (error)
        {
            case RpcException rpc:
                ServerLog.EndedWith(logger, MethodCore, rpc.StatusCode, rpc.Status.Detail, rpc.Status.DebugException);
                foreach (var entry in rpc.Trailers)
                    ResponseTrailersCore.Add(entry);
                StatusCore = rpc.Status;
                break;
            case OperationCanceledException or IOException when CancellationToken.IsCancellationRequested:
                ServerLog.Cancelled(logger, MethodCore);
                StatusCore = Status.DefaultCancelled;
                break;
            default:
                ServerLog.Failed(logger, MethodCore, error);
                var detail = options.EnableDetailedErrors
                    ? $"Exception was thrown by handler. {error.GetType().Name}: {error.Message}"
                    : "Exception was thrown by handler.";
                StatusCore = new Status(StatusCode.Unknown, detail, error);
                break;
        }
    }

    private void End()
    {
        hasEnded = true;
        if (DeadlinePassed)
            StatusCore = new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded");
        Activity.Current?.SetTag("grpc.status_code", Wire.EncodeStatus(StatusCore.StatusCode));
        if (Http.RequestAborted.IsCancellationRequested)
            return;
        // Nothing sent yet: status and trailers are the headers, and the reply has no body.
        var target = Http.Response.HasStarted
            ? Http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers
                ?? throw new InvalidOperationException("Trailers are not supported for this response.")
            : Http.Response.Headers;
        foreach (var entry in responseTrailers ?? [])
            target.Append(entry.Key, Wire.ValueOf(entry));
        SetStatus(target, StatusCore);
    }
}
