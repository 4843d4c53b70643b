using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Error, "Error when executing service method '{Method}'.", EventName = "ErrorExecutingServiceMethod")]
    public static partial void Failed(ILogger logger, string method, Exception error);

    [LoggerMessage(2, LogLevel.Information, "{Method} ended with {StatusCode}: {Detail}", EventName = "RpcConnectionError")]
    public static partial void EndedWith(ILogger logger, string method, StatusCode statusCode, string detail, Exception? error);

    [LoggerMessage(3, LogLevel.Information, "Service method '{Method}' canceled.", EventName = "ServiceMethodCanceled")]
    public static partial void Cancelled(ILogger logger, string method, Exception error);

    [LoggerMessage(4, LogLevel.Error, "Error when ending '{Method}' at its deadline.", EventName = "DeadlineCancellationError")]
    public static partial void DeadlineFailed(ILogger logger, string method, Exception error);
}
