using System.Net;
using System.Net.Sockets;

namespace FaceMix.Tests;

/// <summary>
/// Passes bytes on to a server until it is told to fall silent: connections stay open, nothing comes through, and no
/// other connection is taken.
/// </summary>
internal sealed class SilentProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly List<TcpClient> clients = [];
    private readonly int target;
    private readonly Task accepting;
    private volatile bool isSilent;

    public SilentProxy(int target)
    {
        this.target = target;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public void FallSilent()
    {
        isSilent = true;
        listener.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        clients.ForEach(each => each.Dispose());
    }

    private async Task AcceptAsync()
    {
        while (await listener.AcceptTcpClientAsync(ending.Token) is var caller)
        {
            clients.Add(caller);
            var server = new TcpClient();
            clients.Add(server);
            await server.ConnectAsync(IPAddress.Loopback, target, ending.Token);
            _ = PassAsync(caller.GetStream(), server.GetStream());
            _ = PassAsync(server.GetStream(), caller.GetStream());
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, ending.Token) is var count and > 0)
                if (!isSilent)
                    await to.WriteAsync(buffer.AsMemory(0, count), ending.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone.
        }
        if (!isSilent)
            to.Close();
    }
}
