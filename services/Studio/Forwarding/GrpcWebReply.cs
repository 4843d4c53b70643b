using System.Buffers.Binary;
using System.Text;

namespace FaceMix.Studio.Forwarding;

/// <summary>
/// An answer without a message: HTTP 200 with one gRPC-Web trailers frame, so that the page's client reports
/// our status and sentence instead of guessing from an HTTP error.
/// </summary>
internal static class GrpcWebReply
{
    public const string ContentType = "application/grpc-web+proto";

    // Of google.rpc.Code: the four that this host itself answers with.
    public const int DeadlineExceeded = 4;
    public const int ResourceExhausted = 8;
    public const int Unimplemented = 12;
    public const int Unavailable = 14;

    private const byte TrailersFlag = 0x80;

    /// <summary>The frame: flag, length (4 bytes, big-endian), then the trailers as HTTP/1.1 header lines.</summary>
    public static byte[] Frame(int status, string message)
    {
        var trailers = Encoding.ASCII.GetBytes($"grpc-status: {status}\r\ngrpc-message: {Uri.EscapeDataString(message)}\r\n");
        var frame = new byte[5 + trailers.Length];
        frame[0] = TrailersFlag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)trailers.Length);
        trailers.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public static async Task WriteAsync(HttpResponse response, int status, string message)
    {
        var frame = Frame(status, message);
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.ContentLength = frame.Length;
        // Not the request's token: after a timeout that one is cancelled, and the page still waits for its status.
        await response.Body.WriteAsync(frame, CancellationToken.None);
    }
}
