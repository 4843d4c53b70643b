using System.Net.Sockets;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>What a broken connection or stream means to a caller.</summary>
internal static class TransportErrors
{
    private const long RefusedStream = 0x7;

    public static Status StatusOf(Exception error, string what) => error is RpcException rpc
        ? rpc.Status
        : new Status(CodeOf(error), $"{what} {error.GetType().Name}: {error.Message}", error);

    /// <summary>The server says that it has not looked at the request.</summary>
    public static bool IsRefused(Exception? error) =>
        error is not null && (error is HttpProtocolException { ErrorCode: RefusedStream } || IsRefused(error.InnerException));

    private static StatusCode CodeOf(Exception error)
    {
        var code = StatusCode.Internal;
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
                return CodeOf(protocol.ErrorCode);
            // No connection, or none that speaks HTTP/2, or one that broke.
            if (cause is SocketException or IOException)
                code = StatusCode.Unavailable;
        }
        return code;
    }

    // RFC 9113, section 7, and gRPC's own table beside it.
    private static StatusCode CodeOf(long http2ErrorCode) => http2ErrorCode switch
    {
        RefusedStream => StatusCode.Unavailable,
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
