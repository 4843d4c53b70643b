using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>What every service logs alike.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Call of {Method} failed; error id {ErrorId}", EventName = "UnexpectedError")]
    public static partial void UnexpectedError(ILogger logger, string method, string errorId, Exception error);

    [LoggerMessage(2, LogLevel.Information, "{Service} listens on {Addresses}", EventName = "Listening")]
    public static partial void Listening(ILogger logger, string service, string addresses);

    [LoggerMessage(3, LogLevel.Information, "{Service} is stopping", EventName = "Stopping")]
    public static partial void Stopping(ILogger logger, string service);

    [LoggerMessage(4, LogLevel.Information, "{Part} is ready", EventName = "PartReady")]
    public static partial void PartReady(ILogger logger, string part);

    [LoggerMessage(5, LogLevel.Warning, "{Part} is not ready: {Reason}", EventName = "PartNotReady")]
    public static partial void PartNotReady(ILogger logger, string part, string reason);

    [LoggerMessage(6, LogLevel.Information, "Draining: {Calls} calls are running and have {Limit} to end", EventName = "Draining")]
    public static partial void Draining(ILogger logger, int calls, TimeSpan limit);

    [LoggerMessage(7, LogLevel.Warning, "{Calls} calls did not end in time and are cut off", EventName = "CutOff")]
    public static partial void CutOff(ILogger logger, int calls);
}
