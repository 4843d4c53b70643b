using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Between the order to stop and the end of listening: running calls may end, new ones are refused with UNAVAILABLE,
/// and health says NOT_SERVING.
/// </summary>
internal sealed class Drain(Readiness readiness, DrainOptions options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Drain> logger) : IHostedLifecycleService
{
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;

    /// <summary>Counts a call until the result is disposed.</summary>
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: the service is stopping.</exception>
    public IDisposable? Enter(string method)
    {
        if (IsAboutTheServer(method))
            return null;
        // Counted first, so that a call is either refused or waited for.
        Interlocked.Increment(ref running);
        if (!readiness.IsStopping)
            return new Place(this);
        Leave();
        throw RpcErrors.Unavailable("DRAINING", "This instance is shutting down; another one or the next start will serve the request.", TimeSpan.FromSeconds(1));
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Already under way after a signal; a host that is stopped by its program comes here first.
        lifetime.StopApplication();
        var calls = Volatile.Read(ref running);
        Log.Stopping(logger, calls, options.Limit);
        if (calls == 0)
            idle.TrySetResult();
        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var limit = Task.Delay(options.Limit, time, noMore.Token);
        await Task.WhenAny(limit, Task.WhenAll(idle.Task, Task.Delay(options.Notice, time, noMore.Token)));
        await noMore.CancelAsync();
        if (Volatile.Read(ref running) is var left and > 0)
            Log.CutOff(logger, left);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Health must answer to the end, and streams of either kind last as long as their callers like.
    private static bool IsAboutTheServer(string method) =>
        method.StartsWith("/grpc.health.", StringComparison.Ordinal) || method.StartsWith("/grpc.reflection.", StringComparison.Ordinal);

    private void Leave()
    {
        if (Interlocked.Decrement(ref running) == 0 && readiness.IsStopping)
            idle.TrySetResult();
    }

    private sealed class Place(Drain drain) : IDisposable
    {
        public void Dispose() => drain.Leave();
    }
}
