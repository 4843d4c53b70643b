namespace FaceMix.Studio;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The {Service} at {Address} cannot be reached: {Reason}")]
    public static partial void Unreachable(ILogger logger, string service, Uri address, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The {Service} did not finish {Method} within {Timeout}")]
    public static partial void TookTooLong(ILogger logger, string service, string method, TimeSpan timeout);

    [LoggerMessage(3, LogLevel.Warning, "The {Service} at {Address} answered HTTP {Status} without gRPC-Web: is it the right address?")]
    public static partial void NotGrpcWeb(ILogger logger, string service, Uri address, int status);

    [LoggerMessage(4, LogLevel.Warning, "Refused {Method}: {Limit} calls are under way")]
    public static partial void Refused(ILogger logger, string method, int limit);
}
