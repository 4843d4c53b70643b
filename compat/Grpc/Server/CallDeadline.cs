namespace Grpc.AspNetCore.Server;

/// <summary>Ends a call at its deadline, whatever its service does then.</summary>
internal sealed class CallDeadline : IAsyncDisposable
{
    private readonly ServerCall call;
    private readonly CancellationTokenSource source;
    private readonly Timer timer;
    private Task passing = Task.CompletedTask;

    public CallDeadline(ServerCall call, TimeSpan timeout)
    {
        this.call = call;
        source = CancellationTokenSource.CreateLinkedTokenSource(call.Http.RequestAborted);
        Token = source.Token;
        timer = new Timer(static state => ((CallDeadline)state!).Pass(), this, Timeout.Infinite, Timeout.Infinite);
        // Longer than a timer can wait, or than a calendar reaches, is as good as none.
        At = timeout < TimeSpan.FromDays(365 * 100) ? DateTime.UtcNow + timeout : DateTime.MaxValue;
        if (timeout.TotalMilliseconds < int.MaxValue)
            timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>In UTC.</summary>
    public DateTime At { get; }

    /// <summary>Cancelled at the deadline, and when the caller leaves.</summary>
    public CancellationToken Token { get; }

    /// <summary>To be called when the call has ended; waits while it is being ended here.</summary>
    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync().ConfigureAwait(false);
        await passing.ConfigureAwait(false);
        source.Dispose();
    }

    private void Pass() => passing = call.PassDeadlineAsync(source);
}
