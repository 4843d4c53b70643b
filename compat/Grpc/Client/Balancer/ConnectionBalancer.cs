using Grpc.Core;

namespace Grpc.Net.Client.Balancer;

/// <summary>A channel's addresses: follows its resolver, keeps their connections, and chooses one for each call.</summary>
internal sealed class ConnectionBalancer : IDisposable
{
    private readonly Lock gate = new();
    private readonly Resolver resolver;
    private readonly Func<ConnectionBalancer, BalancerAddress, Subchannel> create;
    private Subchannel[] subchannels = [];
    private volatile Subchannel[] ready = [];
    private TaskCompletionSource changed = NewSignal();
    private Status? failure;
    private bool isStarted;
    private bool isWanted;
    private uint next;

    public ConnectionBalancer(Resolver resolver, bool isRoundRobin, Func<ConnectionBalancer, BalancerAddress, Subchannel> create)
    {
        this.resolver = resolver;
        this.create = create;
        IsRoundRobin = isRoundRobin;
    }

    public bool IsRoundRobin { get; }

    public ConnectivityState State { get; private set; } = ConnectivityState.Idle;

    /// <summary>Where the next call goes.</summary>
    /// <param name="waitForReady">False: fails where nothing can be reached, rather than wait until it can.</param>
    /// <param name="cancellationToken">Ends the wait for a connection.</param>
    /// <exception cref="RpcException">UNAVAILABLE: no address, or none that can be reached.</exception>
    public async ValueTask<Subchannel?> PickAsync(bool waitForReady, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (ready is { Length: > 0 } some)
                return some[Interlocked.Increment(ref next) % (uint)some.Length];
            var signal = Want();
            if (ready.Length > 0)
                continue;
            if (!waitForReady && State == ConnectivityState.TransientFailure)
                throw new RpcException(Why());
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        while (Want() is var signal && State != ConnectivityState.Ready)
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task WaitForStateChangedAsync(ConnectivityState last, CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref changed).Task is var signal && State == last)
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes subchannels, then draws the consequences.</summary>
    public void Update(Action change)
    {
        lock (gate)
        {
            change();
            if (State == ConnectivityState.Shutdown)
                return;
            Advance();
            var reachable = subchannels.Where(each => each.State == ConnectivityState.Ready);
            ready = [.. IsRoundRobin ? reachable : reachable.Take(1)];
            State = Combined();
            // Watchers look for themselves whether it is what they wait for.
            Interlocked.Exchange(ref changed, NewSignal()).TrySetResult();
        }
    }

    /// <summary>A connection failed or ended: the address may be gone, another may be there.</summary>
    public void Lost()
    {
        if (State != ConnectivityState.Shutdown)
            resolver.Refresh();
    }

    public void Dispose()
    {
        resolver.Dispose();
        lock (gate)
        {
            State = ConnectivityState.Shutdown;
            foreach (var each in subchannels)
                each.Close();
            changed.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Connections are wanted from here on; the task ends with the next change.</summary>
    private Task Want()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(State == ConnectivityState.Shutdown, typeof(GrpcChannel));
            var mustStart = !isStarted;
            isStarted = true;
            if (!isWanted)
            {
                isWanted = true;
                Update(() => { });
            }
            var signal = changed.Task;
            if (mustStart)
            {
                resolver.Start(Resolved);
                resolver.Refresh();
            }
            return signal;
        }
    }

    private void Resolved(ResolverResult result) => Update(() =>
    {
        failure = result.Addresses switch
        {
            null => result.Status,
            [] => new Status(StatusCode.Unavailable, "Resolver returned no addresses."),
            _ => null,
        };
        // A name server that is down takes no address away.
        if (result.Addresses is not { } addresses || State == ConnectivityState.Shutdown)
            return;
        var before = subchannels;
        subchannels = [.. addresses.DistinctBy(Key).Select(address => before.FirstOrDefault(each => Key(each.Address) == Key(address)) ?? create(this, address))];
        foreach (var gone in before.Except(subchannels))
            gone.Close();
    });

    private static (string, int) Key(BalancerAddress address) => (address.EndPoint.Host, address.EndPoint.Port);

    private void Advance()
    {
        if (IsRoundRobin && isWanted)
        {
            foreach (var each in subchannels.Where(each => each.State == ConnectivityState.Idle))
                each.Connect();
            return;
        }
        // The one connection was lost: the next call, not the loss, asks for another.
        if (State == ConnectivityState.Ready && subchannels.All(each => each.State != ConnectivityState.Ready))
            isWanted = false;
        if (isWanted && !subchannels.Any(each => each.State is ConnectivityState.Ready or ConnectivityState.Connecting))
            subchannels.FirstOrDefault(each => each.State == ConnectivityState.Idle)?.Connect();
    }

    private ConnectivityState Combined()
    {
        if (ready.Length > 0)
            return ConnectivityState.Ready;
        // Under round robin an address that failed counts as failed until it is reached, however often it is tried.
        bool Fails(Subchannel each) => each.State == ConnectivityState.TransientFailure || (IsRoundRobin && each.Error is not null);
        if (subchannels.Length > 0 ? subchannels.All(Fails) : failure is not null)
            return ConnectivityState.TransientFailure;
        return isWanted ? ConnectivityState.Connecting : ConnectivityState.Idle;
    }

    private Status Why()
    {
        lock (gate)
            return subchannels.FirstOrDefault(each => each.Error is not null)?.Error is { } error
                ? new Status(StatusCode.Unavailable, $"Error connecting to subchannel. {error.GetType().Name}: {error.Message}", error)
                : failure ?? new Status(StatusCode.Unavailable, "Error connecting to subchannel.");
    }
}
