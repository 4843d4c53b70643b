using System.Buffers.Binary;
using System.Net.Sockets;

namespace FaceMix.Tests.Contract.Hostile;

/// <summary>A connection that sends what it is told to, acknowledges nothing, and says in a word how it ended.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly string[] Codes =
    [
        "NoError", "ProtocolError", "InternalError", "FlowControlError", "SettingsTimeout", "StreamClosed", "FrameSizeError", "RefusedStream",
        "Cancel", "CompressionError", "ConnectError", "EnhanceYourCalm", "InadequateSecurity", "Http11Required",
    ];

    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private NetworkStream stream = null!;

    public static async Task<RawConnection> ToAsync(Uri server)
    {
        var connection = new RawConnection();
        await connection.socket.ConnectAsync(server.Host, server.Port);
        connection.stream = new NetworkStream(connection.socket);
        return connection;
    }

    /// <summary>Nothing happens if the server has closed the connection: that shows when its answer is read.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
        }
    }

    public void HangUp() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads on until the server ends the connection or answers or resets the given stream.</summary>
    /// <returns>"goaway CODE", "reset CODE", "answered" or "closed".</returns>
    public async Task<string> EndAsync(int answerOf, CancellationToken cancel)
    {
        var end = "closed";
        var header = new byte[9];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(header, cancel);
                var payload = new byte[(header[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(1))];
                await stream.ReadExactlyAsync(payload, cancel);
                var id = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue;
                switch ((FrameType)header[3])
                {
                    case FrameType.GoAway:
                        end = $"goaway {Codes[payload[7]]}";
                        break;
                    case FrameType.ResetStream when id == answerOf:
                        return $"reset {Codes[payload[3]]}";
                    case FrameType.Data or FrameType.Headers when id == answerOf && (header[4] & Frames.EndStream) != 0:
                        return "answered";
                }
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            return end;
        }
    }

    public void Dispose()
    {
        stream?.Dispose();
        socket.Dispose();
    }
}
