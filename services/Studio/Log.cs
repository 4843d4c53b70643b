namespace FaceMix.Studio;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The {Upstream} at {Address} cannot be reached: {Reason}")]
    public static partial void Unreachable(ILogger logger, string upstream, string address, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The {Upstream} did not finish {Method} within {Timeout}")]
    public static partial void TookTooLong(ILogger logger, string upstream, string method, TimeSpan timeout);

    [LoggerMessage(3, LogLevel.Warning, "The {Upstream} at {Address} answered HTTP {Status} without gRPC-Web: is it the right address?")]
    public static partial void NotGrpcWeb(ILogger logger, string upstream, string address, int status);

    [LoggerMessage(4, LogLevel.Warning, "Refused {Method}: {Limit} calls are under way")]
    public static partial void Refused(ILogger logger, string method, int limit);
}
