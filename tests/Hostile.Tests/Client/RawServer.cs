using System.Net;
using System.Net.Sockets;
using FaceMix.Tests.Hostile.Http2;

namespace FaceMix.Tests.Hostile.Client;

/// <summary>What a server of HTTP/2 sends for the stream of each request, whatever the request says.</summary>
/// <param name="Reply">For a stream, what to write, piece by piece.</param>
/// <param name="Closes">The connection is closed after the reply.</param>
internal sealed record Script(Func<int, IEnumerable<byte[]>> Reply, bool Closes = false);

/// <summary>A server that answers every request as the present script says.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public RawServer()
    {
        listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public Script? Now { get; set; }

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task ServeAsync(TcpClient caller)
    {
        using var connection = caller;
        connection.NoDelay = true;
        try
        {
            var stream = connection.GetStream();
            await stream.ReadExactlyAsync(new byte[Frame.Preface.Length]);
            await stream.WriteAsync(Frame.Settings((3, 100)));
            var reader = new FrameReader(stream);
            while (await reader.ReadAsync(CancellationToken.None) is var (type, flags, id, payload))
            {
                if (type is FrameType.Settings or FrameType.Ping && (flags & Frame.Ack) == 0)
                    await stream.WriteAsync(Frame.Of(type, Frame.Ack, 0, type == FrameType.Ping ? payload : []));
                if (type != FrameType.Headers || Now is not { } script)
                    continue;
                foreach (var piece in script.Reply(id))
                    await stream.WriteAsync(piece);
                if (script.Closes)
                    return;
            }
        }
        catch (IOException)
        {
            // The client has left.
        }
    }
}
