using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace FaceMix.Studio.Forwarding;

/// <summary>
/// Passes a gRPC-Web call on to its service and streams the answer back, reading neither. What goes wrong on
/// the way is answered as a gRPC status with a sentence for the page.
/// </summary>
internal sealed class Forwarder : IDisposable
{
    // Only what gRPC-Web needs: no cookie, no credential and no address of the caller travels on.
    private static readonly string[] RequestHeaders =
        ["X-Grpc-Web", "Grpc-Timeout", "Grpc-Accept-Encoding", "Grpc-Encoding", "X-User-Agent", "Accept"];
    private static readonly string[] ResponseHeaders =
        ["grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding"];

    private readonly StudioOptions options;
    private readonly ILogger<Forwarder> logger;
    private readonly SemaphoreSlim places;
    private readonly HttpMessageInvoker client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        // A restarted service behind the same name may have a new address.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    });

    public Forwarder(IOptions<StudioOptions> options, ILogger<Forwarder> logger)
    {
        this.options = options.Value;
        this.logger = logger;
        places = new SemaphoreSlim(this.options.MaxConcurrentCalls);
    }

    /// <param name="context">The page's call.</param>
    /// <param name="method">The allow-list's own spelling of the path: routing matches in any case, services do not.</param>
    /// <param name="upstream">The service that answers.</param>
    public async Task ForwardAsync(HttpContext context, string method, Upstream upstream)
    {
        var request = context.Request;
        if (request.ContentType is not ("application/grpc-web" or "application/grpc-web+proto"))
        {
            // Also keeps other sites out: a form or a simple fetch cannot send this type without asking first.
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }
        if (request.ContentLength > options.MaxRequestBytes)
        {
            await GrpcWebReply.WriteAsync(context.Response, GrpcWebReply.ResourceExhausted,
                $"The request has {request.ContentLength} bytes, more than the {options.MaxRequestBytes} that are passed on.");
            return;
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.MaxRequestBytes;

        if (!places.Wait(0, CancellationToken.None))
        {
            Log.Refused(logger, method, options.MaxConcurrentCalls);
            await GrpcWebReply.WriteAsync(context.Response, GrpcWebReply.ResourceExhausted, "Too many calls at once.");
            return;
        }
        try
        {
            await PassAsync(context, method, upstream);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task PassAsync(HttpContext context, string method, Upstream upstream)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        deadline.CancelAfter(options.CallTimeout);
        try
        {
            using var request = RequestTo(new Uri(upstream.Address(options), method), context.Request);
            using var response = await client.SendAsync(request, deadline.Token);
            await AnswerAsync(context, upstream, response, deadline.Token);
        }
        catch (Exception failure) when (IsTooLarge(failure))
        {
            await GrpcWebReply.WriteAsync(context.Response, GrpcWebReply.ResourceExhausted,
                $"The request has more than the {options.MaxRequestBytes} bytes that are passed on.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The page has left; there is nobody to answer.
        }
        catch (OperationCanceledException)
        {
            Log.TookTooLong(logger, upstream.Name, method, options.CallTimeout);
            await FailAsync(context, GrpcWebReply.DeadlineExceeded, $"The {upstream.Name} took too long.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException)
        {
            Log.Unreachable(logger, upstream.Name, upstream.Address(options), failure.Message);
            await FailAsync(context, GrpcWebReply.Unavailable, $"The {upstream.Name} does not answer. Is it running?");
        }
    }

    // A body that did not say its length is found too long while it is sent on, and the client wraps what it meets.
    private static bool IsTooLarge(Exception? failure) =>
        failure is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
        || (failure is not null && IsTooLarge(failure.InnerException));

    private static HttpRequestMessage RequestTo(Uri address, HttpRequest from)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StreamContent(from.Body),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", from.ContentType);
        request.Content.Headers.ContentLength = from.ContentLength;
        foreach (var name in RequestHeaders)
        {
            if (from.Headers.TryGetValue(name, out var values))
                request.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return request;
    }

    private async Task AnswerAsync(HttpContext context, Upstream upstream, HttpResponseMessage from, CancellationToken cancel)
    {
        var type = from.Content.Headers.ContentType?.ToString();
        if (type?.StartsWith("application/grpc-web", StringComparison.OrdinalIgnoreCase) != true)
        {
            Log.NotGrpcWeb(logger, upstream.Name, upstream.Address(options), (int)from.StatusCode);
            var status = from.StatusCode == HttpStatusCode.NotFound ? GrpcWebReply.Unimplemented : GrpcWebReply.Unavailable;
            await GrpcWebReply.WriteAsync(context.Response, status, $"The {upstream.Name} gave no answer to this call.");
            return;
        }
        var response = context.Response;
        response.StatusCode = (int)from.StatusCode;
        response.ContentType = type;
        response.ContentLength = from.Content.Headers.ContentLength;
        foreach (var name in ResponseHeaders)
        {
            if (from.Headers.TryGetValues(name, out var values))
                response.Headers[name] = values.ToArray();
        }
        await from.Content.CopyToAsync(response.Body, cancel);
    }

    private static async Task FailAsync(HttpContext context, int status, string message)
    {
        // Half an answer cannot be taken back; a broken connection is the only honest end of it.
        if (context.Response.HasStarted)
            context.Abort();
        else
            await GrpcWebReply.WriteAsync(context.Response, status, message);
    }

    public void Dispose()
    {
        client.Dispose();
        places.Dispose();
    }
}
