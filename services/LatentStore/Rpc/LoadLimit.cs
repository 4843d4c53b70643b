using FaceMix.ServiceDefaults;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace FaceMix.LatentStore.Rpc;

/// <summary>How many loads run at once, and how long one waits for its caller; each holds a connection to the database.</summary>
public sealed class LoadLimit(IOptions<StoreOptions> options) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(options.Value.MaxLoads);

    public TimeSpan IdleTimeout { get; } = options.Value.LoadIdleTimeout;

    /// <summary>A place; dispose it.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: there is none.</exception>
    public IDisposable Take() => _places.Wait(0)
        ? new Place(_places)
        : throw RpcErrors.ResourceExhausted(
            "TOO_MANY_LOADS", $"{options.Value.MaxLoads} loads are running (Store:MaxLoads); try again when one has ended.", RetryAfter);

    public void Dispose() => _places.Dispose();

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}

/// <summary>A caller's messages, each of which must come within a time.</summary>
internal sealed class LoadReader<T>(IAsyncStreamReader<T> messages, TimeSpan idleTimeout, CancellationToken cancellationToken)
{
    public T Current => messages.Current;

    /// <exception cref="RpcException">DEADLINE_EXCEEDED: the caller sent nothing for too long.</exception>
    public async Task<bool> MoveNextAsync()
    {
        var next = messages.MoveNext(cancellationToken);
        try
        {
            return next.IsCompleted ? await next : await next.WaitAsync(idleTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw RpcErrors.DeadlineExceeded("LOAD_IDLE", $"Nothing came for {idleTimeout.TotalSeconds:0} s (Store:LoadIdleTimeout); nothing was stored.");
        }
    }
}
