using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Between the order to stop and the end of listening: what runs may end, what is new is refused with UNAVAILABLE,
/// and health says NOT_SERVING to those who ask.
/// </summary>
internal sealed class Drain(Readiness readiness, DrainOptions options, TimeProvider time, ILogger<Drain> logger) : IHostedLifecycleService
{
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;

    /// <summary>Around each request; counts the calls and refuses them once the service is stopping.</summary>
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not { } call || IsAboutTheServer(call.Method.ServiceName))
        {
            await next(http).ConfigureAwait(false);
            return;
        }
        // Counted before it is asked, so that a call is either refused or waited for.
        Interlocked.Increment(ref running);
        try
        {
            if (readiness.IsStopping)
                RpcErrors.Write(http.Response, RpcErrors.Unavailable("DRAINING", "This instance is shutting down; another one or the next start will serve the request.", TimeSpan.FromSeconds(1)));
            else
                await next(http).ConfigureAwait(false);
        }
        finally
        {
            if (Interlocked.Decrement(ref running) == 0 && readiness.IsStopping)
                idle.TrySetResult();
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        readiness.SetStopping();
        var calls = Volatile.Read(ref running);
        Log.Draining(logger, calls, options.Limit);
        if (calls == 0)
            idle.TrySetResult();
        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var limit = Task.Delay(options.Limit, time, noMore.Token);
        await Task.WhenAny(limit, Task.WhenAll(idle.Task, Task.Delay(options.Notice, time, noMore.Token))).ConfigureAwait(false);
        await noMore.CancelAsync().ConfigureAwait(false);
        if (Volatile.Read(ref running) is var left and > 0)
            Log.CutOff(logger, left);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Health must answer to the end, and streams of either kind last as long as their callers like.
    private static bool IsAboutTheServer(string service) =>
        service.StartsWith("grpc.health.", StringComparison.Ordinal) || service.StartsWith("grpc.reflection.", StringComparison.Ordinal);
}
