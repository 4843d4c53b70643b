using System.Collections.Concurrent;
using System.Net.Sockets;
using Grpc.Core;

namespace Grpc.Net.Client.Balancer;

/// <summary>
/// One address of a channel and its connections. It connects before any call is sent there, so that calls never
/// wait for an address that cannot be reached while others can. Its state changes under its balancer's lock.
/// </summary>
internal sealed class Subchannel(ConnectionBalancer balancer, BalancerAddress address, GrpcChannelOptions options, Uri root, TimeSpan connectTimeout)
{
    /// <summary>On a request: where it goes.</summary>
    public static readonly HttpRequestOptionsKey<Subchannel> OfRequest = new("Subchannel");

    private readonly ConcurrentDictionary<string, Uri> methods = new();
    private readonly CancellationTokenSource closing = new();
    private Connection? spare;
    private int open;
    private int failures;
    private long connectedAt;

    public BalancerAddress Address => address;

    public ConnectivityState State { get; private set; } = ConnectivityState.Idle;

    /// <summary>Why it last could not be reached; null once it is reached.</summary>
    public Exception? Error { get; private set; }

    public Uri UriOf(string method) => methods.TryGetValue(method, out var uri) ? uri : methods.GetOrAdd(method, new Uri(root, method));

    public void Connect()
    {
        State = ConnectivityState.Connecting;
        // Outside the call that happens to be the first.
        ThreadPool.UnsafeQueueUserWorkItem(static each => _ = each.ConnectAsync(), this, preferLocal: false);
    }

    /// <summary>A connection for the HTTP handler: the one already made, or another.</summary>
    public async ValueTask<Stream> TakeAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref spare, null) is { } made)
        {
            if (made.IsAlive)
                return made;
            await made.DisposeAsync().ConfigureAwait(false);
        }
        try
        {
            return await DialAsync(asSpare: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(error);
            throw;
        }
    }

    /// <summary>Nothing new goes there; what runs there runs on.</summary>
    public void Close()
    {
        State = ConnectivityState.Shutdown;
        closing.Cancel();
        Interlocked.Exchange(ref spare, null)?.Dispose();
    }

    private async Task ConnectAsync()
    {
        try
        {
            await DialAsync(asSpare: true, closing.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Failed(error);
        }
    }

    private async Task<Connection> DialAsync(bool asSpare, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(connectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.EndPoint, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"A connection could not be established within {connectTimeout.TotalSeconds:0.#} s.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        var connection = new Connection(socket, this);
        balancer.Update(() =>
        {
            open++;
            if (State == ConnectivityState.Shutdown)
                return;
            (State, Error, connectedAt) = (ConnectivityState.Ready, null, options.Time.GetTimestamp());
            // There before it is said to be ready, so that the first request finds it.
            spare = asSpare ? connection : spare;
        });
        if (asSpare && State == ConnectivityState.Shutdown)
            await connection.DisposeAsync().ConfigureAwait(false);
        return connection;
    }

    private void Failed(Exception error)
    {
        balancer.Update(() => Fail(error));
        balancer.Lost();
    }

    private void Fail(Exception error)
    {
        if (State == ConnectivityState.Shutdown)
            return;
        (State, Error) = (ConnectivityState.TransientFailure, error);
        _ = WaitAsync(options.BackoffAfter(++failures));
    }

    private async Task WaitAsync(TimeSpan backoff)
    {
        await Task.Delay(backoff, options.Time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        balancer.Update(() =>
        {
            if (State == ConnectivityState.TransientFailure)
                State = ConnectivityState.Idle;
        });
    }

    private void Closed()
    {
        balancer.Update(() =>
        {
            if (--open > 0 || State != ConnectivityState.Ready)
                return;
            State = ConnectivityState.Idle;
            if (options.Time.GetElapsedTime(connectedAt) >= options.InitialReconnectBackoff)
                failures = 0;
            else if (balancer.IsRoundRobin)
                // It would be connected again at once, to be dropped again at once.
                Fail(new IOException("The server closed the connection as soon as it was there."));
        });
        balancer.Lost();
    }

    /// <summary>Tells when the HTTP handler lets go of it, which it does as soon as the other side closes.</summary>
    private sealed class Connection(Socket socket, Subchannel owner) : NetworkStream(socket, ownsSocket: true)
    {
        private int isClosed;

        public bool IsAlive => !(Socket.Poll(0, SelectMode.SelectRead) && Socket.Available == 0);

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (Interlocked.Exchange(ref isClosed, 1) == 0)
                owner.Closed();
        }
    }
}
