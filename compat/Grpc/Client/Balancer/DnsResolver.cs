using System.Net;
using Grpc.Core;

namespace Grpc.Net.Client.Balancer;

/// <summary>
/// <c>dns:///host:port</c>: every address the name has. They are looked up again at the interval, if it is not
/// infinite, and when a connection fails, but not within 15 seconds of the last answer.
/// </summary>
public sealed class DnsResolverFactory(TimeSpan refreshInterval) : ResolverFactory
{
    public override string Name => "dns";

    /// <summary>For tests: a name server of their own.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> LookUp { get; init; } = Dns.GetHostAddressesAsync;

    public override Resolver Create(ResolverOptions options) => new DnsResolver(options, refreshInterval, LookUp);
}

internal sealed class DnsResolver : Resolver
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(15);

    private readonly string host;
    private readonly int port;
    private readonly GrpcChannelOptions options;
    private readonly TimeSpan interval;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> lookUp;
    private readonly CancellationTokenSource disposed = new();
    private Action<ResolverResult>? listener;
    private ITimer? timer;
    private long? answered;
    private int running;

    public DnsResolver(ResolverOptions options, TimeSpan interval, Func<string, CancellationToken, Task<IPAddress[]>> lookUp)
    {
        // The name is the path, because a name server may stand before it: dns://server/host:port.
        var target = new Uri($"dns://{options.Address.AbsolutePath.TrimStart('/')}");
        (host, port) = (target.Host, target.Port < 0 ? options.DefaultPort : target.Port);
        this.options = options.ChannelOptions;
        this.interval = interval;
        this.lookUp = lookUp;
    }

    public override void Start(Action<ResolverResult> listener)
    {
        this.listener = listener;
        if (interval != Timeout.InfiniteTimeSpan)
            timer = options.Time.CreateTimer(_ => Refresh(), null, interval, interval);
    }

    public override void Refresh()
    {
        // One that is under way sees what this one would.
        if (!disposed.IsCancellationRequested && Interlocked.Exchange(ref running, 1) == 0)
            _ = Task.Run(RunAsync);
    }

    protected override void Dispose(bool disposing)
    {
        disposed.Cancel();
        timer?.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            if (answered is { } last && ShortestInterval - options.Time.GetElapsedTime(last) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, options.Time, disposed.Token).ConfigureAwait(false);
            for (var failures = 1; !await TryAsync().ConfigureAwait(false); failures++)
                await Task.Delay(options.BackoffAfter(failures), options.Time, disposed.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The channel is gone.
        }
        finally
        {
            Volatile.Write(ref running, 0);
        }
    }

    private async Task<bool> TryAsync()
    {
        try
        {
            var addresses = await lookUp(host, disposed.Token).ConfigureAwait(false);
            answered = options.Time.GetTimestamp();
            listener!(ResolverResult.ForResult([.. addresses.Select(each => new BalancerAddress(each.ToString(), port) { Authority = $"{host}:{port}" })]));
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            listener!(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, $"Error getting DNS hosts for address '{host}'. {error.GetType().Name}: {error.Message}", error)));
            return false;
        }
    }
}
