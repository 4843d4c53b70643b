using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace FaceMix.Studio.Forwarding;

/// <summary>
/// Around YARP's forwarding: lets only gRPC-Web through, and turns a forwarding that failed into a gRPC status with a
/// sentence for the page.
/// </summary>
internal sealed class GrpcWebErrors(RequestDelegate next, IOptions<StudioOptions> options, ILogger<GrpcWebErrors> logger)
{
    private readonly StudioOptions options = options.Value;

    /// <summary>Whether an answer's content type is one of gRPC-Web's.</summary>
    public static bool IsGrpcWeb(string? contentType) =>
        contentType?.StartsWith("application/grpc-web", StringComparison.OrdinalIgnoreCase) == true;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.ContentType is not ("application/grpc-web" or "application/grpc-web+proto"))
        {
            // Also keeps other sites out: a form or a simple fetch cannot send this type without asking first.
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }
        if (context.Request.ContentLength > options.MaxRequestBytes)
        {
            await AnswerTooLargeAsync(context);
            return;
        }
        await next(context);
        if (!context.Response.HasStarted && !IsGrpcWeb(context.Response.ContentType))
            await AnswerAsync(context);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var route = context.GetReverseProxyFeature();
        var service = route.Cluster.Config.ClusterId;
        var error = context.GetForwarderErrorFeature();
        if (IsTooLarge(error?.Exception))
        {
            await AnswerTooLargeAsync(context);
        }
        else if (error?.Error == ForwarderError.RequestTimedOut || TimedOut(context))
        {
            Log.TookTooLong(logger, service, route.Route.Config.RouteId, options.CallTimeout);
            await GrpcWebReply.WriteAsync(context.Response, GrpcWebReply.DeadlineExceeded, $"The {service} took too long.");
        }
        else if (context.RequestAborted.IsCancellationRequested)
        {
            // The page has left; there is nobody to answer.
        }
        else if (error is not null)
        {
            Log.Unreachable(logger, service, AddressOf(route), error.Exception?.Message ?? $"{error.Error}");
            await GrpcWebReply.WriteAsync(context.Response, GrpcWebReply.Unavailable, $"The {service} does not answer. Is it running?");
        }
        else
        {
            var http = context.Response.StatusCode;
            Log.NotGrpcWeb(logger, service, AddressOf(route), http);
            var status = http == StatusCodes.Status404NotFound ? GrpcWebReply.Unimplemented : GrpcWebReply.Unavailable;
            await GrpcWebReply.WriteAsync(context.Response, status, $"The {service} gave no answer to this call.");
        }
    }

    private Task AnswerTooLargeAsync(HttpContext context) => GrpcWebReply.WriteAsync(
        context.Response, GrpcWebReply.ResourceExhausted, $"The request has more than the {options.MaxRequestBytes} bytes that are forwarded.");

    // A body that did not say its length is found too long while it is forwarded, and the client wraps what it meets.
    private static bool IsTooLarge(Exception? failure) => failure switch
    {
        null => false,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => true,
        AggregateException several => several.InnerExceptions.Any(IsTooLarge),
        _ => IsTooLarge(failure.InnerException),
    };

    private static bool TimedOut(HttpContext context) =>
        context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true;

    private static string AddressOf(IReverseProxyFeature route) => route.AllDestinations[0].Model.Config.Address;
}
