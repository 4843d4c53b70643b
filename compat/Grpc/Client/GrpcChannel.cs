using System.Net;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

namespace Grpc.Net.Client;

/// <summary>A way to one server, or to several that do the same; its connections are pooled, so keep it.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    // What gRPC's other implementations wait at least for a connection.
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(20);

    private readonly HttpMessageInvoker invoker;
    private readonly bool ownsInvoker;
    private readonly ConnectionBalancer? balancer;
    private readonly CancellationTokenSource closing = new();
    private long kept;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        if (options.HttpClient is not null && options.HttpHandler is not null)
            throw new ArgumentException("HttpClient and HttpHandler have been configured. Only one HTTP caller can be specified.");
        var isHttp = address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;
        var isSecure = options.Credentials?.IsSecure ?? (isHttp
            ? address.Scheme == Uri.UriSchemeHttps
            : throw new InvalidOperationException($"Unable to determine the TLS configuration of the channel from address '{address}'. GrpcChannelOptions.Credentials must be specified when the address doesn't have a 'http' or 'https' scheme."));
        if (isHttp && isSecure != (address.Scheme == Uri.UriSchemeHttps))
            throw new InvalidOperationException($"Channel is configured with {(isSecure ? "secure" : "insecure")} channel credentials and can't use a HttpClient with a '{address.Scheme}' scheme.");
        var scheme = isSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        Options = options;
        Retries = new Retries(options.ServiceConfig);
        var policies = options.ServiceConfig?.LoadBalancingConfigs ?? [];
        var chooses = !isHttp || policies.Count > 0;
        var policy = policies.Count == 0
            ? LoadBalancingConfig.PickFirstPolicyName
            : policies.Select(each => each.PolicyName).FirstOrDefault(each => each is LoadBalancingConfig.PickFirstPolicyName or LoadBalancingConfig.RoundRobinPolicyName)
                ?? throw new InvalidOperationException("No load balancing policy of the service config is known.");

        // HTTP/2 without TLS cannot pass a proxy, and one would choose addresses of its own.
        var handler = options.HttpHandler ?? new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            UseProxy = isSecure && !chooses,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            // A response with a picture comes in one go instead of waiting for more room.
            InitialHttp2StreamWindowSize = 1024 * 1024,
        };
        ownsInvoker = options.DisposeHttpClient || (options.HttpClient is null && options.HttpHandler is null);
        invoker = options.HttpClient ?? new HttpMessageInvoker(handler, ownsInvoker);
        Root = new UriBuilder(scheme, isHttp ? address.Host : "loadbalancer.temporary.invalid", isHttp ? address.Port : -1).Uri;
        if (options.HttpClient is null && Sockets.Of(handler, Root) is { } sockets)
        {
            var connectTimeout = sockets.ConnectTimeout == Timeout.InfiniteTimeSpan ? LongestConnect : sockets.ConnectTimeout;
            var resolver = ResolverFor(address, isHttp, options).Create(new ResolverOptions(address, isSecure ? 443 : 80, options));
            balancer = new ConnectionBalancer(resolver, policy == LoadBalancingConfig.RoundRobinPolicyName, (owner, each) =>
                new Subchannel(owner, each, options, new UriBuilder(scheme, each.EndPoint.Host, each.EndPoint.Port).Uri, connectTimeout));
        }
        else if (chooses)
        {
            throw NeedsSockets();
        }
    }

    public ConnectivityState State => Balancer.State;

    /// <summary>Where calls go that have no address to choose.</summary>
    internal Uri Root { get; }

    internal GrpcChannelOptions Options { get; }

    internal Retries Retries { get; }

    /// <summary>Cancelled when the channel is disposed.</summary>
    internal CancellationToken Closing => closing.Token;

    private ConnectionBalancer Balancer => balancer ?? throw NeedsSockets();

    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>
    /// <c>http://host:port</c> and <c>https://</c> name one server, <c>dns:///host:port</c> all that the name stands
    /// for; further schemes come with their <see cref="ResolverFactory"/>.
    /// </summary>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address, channelOptions);
    }

    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, this);
        return new HttpInvoker(this);
    }

    /// <summary>Connects now rather than with the first call, and waits until a server is reached.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken = default) => Balancer.ConnectAsync(cancellationToken);

    public Task WaitForStateChangedAsync(ConnectivityState lastObservedState, CancellationToken cancellationToken = default) =>
        Balancer.WaitForStateChangedAsync(lastObservedState, cancellationToken);

    /// <summary>Cancels the calls that have not ended.</summary>
    public void Dispose()
    {
        if (closing.IsCancellationRequested)
            return;
        closing.Cancel();
        if (ownsInvoker)
            invoker.Dispose();
        balancer?.Dispose();
    }

    /// <summary>An address for one attempt of a call; null where there is none to choose.</summary>
    internal ValueTask<Subchannel?> PickAsync(bool waitForReady, CancellationToken cancellationToken) =>
        balancer is null ? default : balancer.PickAsync(waitForReady, cancellationToken);

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        // HttpClient alone would wait for the whole reply.
        return invoker is HttpClient client
            ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            : invoker.SendAsync(request, cancellationToken);
    }

    /// <summary>Room for bytes kept until a call needs them no more; false: there is none.</summary>
    internal bool TryKeep(long size)
    {
        if (Interlocked.Add(ref kept, size) <= (Options.MaxRetryBufferSize ?? long.MaxValue))
            return true;
        LetGo(size);
        return false;
    }

    internal void LetGo(long size) => Interlocked.Add(ref kept, -size);

    private static ResolverFactory ResolverFor(Uri address, bool isHttp, GrpcChannelOptions options)
    {
        if (isHttp)
            return new StaticResolverFactory(uri => [new BalancerAddress(uri.Host, uri.Port)]);
        var given = (IEnumerable<ResolverFactory>?)options.ServiceProvider?.GetService(typeof(IEnumerable<ResolverFactory>)) ?? [];
        return given.Append(new DnsResolverFactory(Timeout.InfiniteTimeSpan)).FirstOrDefault(each => each.Name == address.Scheme)
            ?? throw new InvalidOperationException($"No address resolver configured for the scheme '{address.Scheme}'.");
    }

    private static InvalidOperationException NeedsSockets() => new(
        "Channel is configured with an HTTP transport doesn't support client-side load balancing or connectivity state tracking. The underlying HTTP transport must be a SocketsHttpHandler with no SocketsHttpHandler.ConnectCallback configured.");
}
