using System.Diagnostics;
using System.Diagnostics.Metrics;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Measures each gRPC call by method and gRPC status, and logs those that fail, once. A middleware and not an interceptor, because a call
/// may fail before there is a handler: an unknown method, a message that cannot be read. Inside gRPC-Web it sees the same trailers.
/// </summary>
internal sealed class CallMonitor
{
    public const string MeterName = "FaceMix.Rpc";

    // What OpenTelemetry's conventions call a method that the server does not know: one series, whatever callers invent.
    private const string UnknownMethod = "_OTHER";
    private const int MaxLoggedPath = 200;

    // A caller gives up by its own clock, which began to run a moment before ours.
    private static readonly TimeSpan DeadlineSlack = TimeSpan.FromMilliseconds(100);

    private readonly ILogger<CallMonitor> logger;
    private readonly Histogram<double> duration;

    public CallMonitor(IMeterFactory meters, ILogger<CallMonitor> logger)
    {
        this.logger = logger;
        duration = meters.Create(MeterName).CreateHistogram(
            "rpc.server.call.duration", "s", "Time of one call.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Telemetry.Seconds });
    }

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var method = http.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName[1..];
        if (!HttpMethods.IsPost(http.Request.Method)
            || (method is null && http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true))
        {
            await next(http);
            return;
        }
        // ASP.NET would count every call as HTTP 200.
        if (http.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
            metrics.MetricsDisabled = true;
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            Ended(http, method, Stopwatch.GetElapsedTime(started));
        }
    }

    private void Ended(HttpContext http, string? method, TimeSpan took)
    {
        var context = http.Features.Get<IServerCallContextFeature>()?.ServerCallContext;
        var (status, detail, exception) = OutcomeOf(http, context);
        var tags = new TagList { { "rpc.system.name", "grpc" }, { "rpc.method", method ?? UnknownMethod }, { "rpc.response.status_code", NameOf(status) } };
        duration.Record(took.TotalSeconds, tags);
        var level = LevelOf(status, exception);
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity)
        {
            foreach (var (key, value) in tags)
                activity.SetTag(key, value);
            if (level == LogLevel.Error)
                activity.SetStatus(ActivityStatusCode.Error, detail);
        }
        if (level == LogLevel.None)
            return;
        var path = http.Request.Path.Value!;
        Log.CallFailed(
            logger, level, method ?? path[..Math.Min(path.Length, MaxLoggedPath)], NameOf(status), took.TotalMilliseconds, detail, level == LogLevel.Error ? exception : null);
    }

    private static (StatusCode Status, string Detail, Exception? Exception) OutcomeOf(HttpContext http, ServerCallContext? context)
    {
        var headers = http.Response.Headers;
        var trailers = http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var sent = headers.GrpcStatus.FirstOrDefault() ?? trailers?.GrpcStatus.FirstOrDefault();
        var status = int.TryParse(sent, out var code) ? (StatusCode)code : StatusCode.Unknown;
        // A caller that left before its answer was whole did not get it; reading from it may have failed as well.
        if (http.RequestAborted.IsCancellationRequested && status is StatusCode.OK or StatusCode.Unknown or StatusCode.Cancelled)
        {
            return context?.Deadline <= DateTime.UtcNow + DeadlineSlack
                ? (StatusCode.DeadlineExceeded, "The caller's deadline has passed.", null)
                : (StatusCode.Cancelled, "The caller has left.", null);
        }
        var detail = context?.Status.Detail ?? Uri.UnescapeDataString(headers.GrpcMessage.FirstOrDefault() ?? trailers?.GrpcMessage.FirstOrDefault() ?? "");
        return (status, detail, context?.Status.DebugException);
    }

    // The caller's faults are information, what may pass is a warning, ours are errors.
    private static LogLevel LevelOf(StatusCode status, Exception? exception) => status switch
    {
        StatusCode.OK => LogLevel.None,
        StatusCode.Unknown or StatusCode.Internal or StatusCode.DataLoss or StatusCode.Unavailable when IsOurFault(exception) => LogLevel.Error,
        StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded => LogLevel.Warning,
        _ => LogLevel.Information,
    };

    // A request that is cut off, garbled or no gRPC at all ends as INTERNAL or UNKNOWN as well.
    private static bool IsOurFault(Exception? exception) =>
        exception is not (null or InvalidProtocolBufferException or InvalidDataException or BadHttpRequestException);

    /// <summary>The status as gRPC spells it, DEADLINE_EXCEEDED.</summary>
    private static string NameOf(StatusCode status) => status switch
    {
        StatusCode.OK => "OK",
        StatusCode.Cancelled => "CANCELLED",
        StatusCode.Unknown => "UNKNOWN",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.NotFound => "NOT_FOUND",
        StatusCode.AlreadyExists => "ALREADY_EXISTS",
        StatusCode.PermissionDenied => "PERMISSION_DENIED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.Aborted => "ABORTED",
        StatusCode.OutOfRange => "OUT_OF_RANGE",
        StatusCode.Unimplemented => "UNIMPLEMENTED",
        StatusCode.Internal => "INTERNAL",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.DataLoss => "DATA_LOSS",
        StatusCode.Unauthenticated => "UNAUTHENTICATED",
        _ => $"{(int)status}",
    };
}
