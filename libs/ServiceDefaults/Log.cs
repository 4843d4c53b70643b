using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>What every service logs alike.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 1, Message = "{Method} ended with {Status} after {Milliseconds:0.0} ms: {Detail}", EventName = "CallFailed")]
    public static partial void CallFailed(ILogger logger, LogLevel level, string method, string status, double milliseconds, string detail, Exception? exception);

    [LoggerMessage(2, LogLevel.Information, "{Service} listens on {Addresses}", EventName = "Listening")]
    public static partial void Listening(ILogger logger, string service, string addresses);

    [LoggerMessage(3, LogLevel.Information, "Stopping: {Calls} calls are running and have {Limit} to end", EventName = "Stopping")]
    public static partial void Stopping(ILogger logger, int calls, TimeSpan limit);

    [LoggerMessage(4, LogLevel.Information, "{Part} is ready", EventName = "PartReady")]
    public static partial void PartReady(ILogger logger, string part);

    [LoggerMessage(5, LogLevel.Warning, "{Part} is not ready: {Reason}", EventName = "PartNotReady")]
    public static partial void PartNotReady(ILogger logger, string part, string reason);

    [LoggerMessage(6, LogLevel.Warning, "{Calls} calls did not end in time and are cut off", EventName = "CutOff")]
    public static partial void CutOff(ILogger logger, int calls);
}
