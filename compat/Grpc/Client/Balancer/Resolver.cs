using System.Net;
using Grpc.Core;

namespace Grpc.Net.Client.Balancer;

/// <summary>Finds the addresses behind a channel's target, and says when they change.</summary>
public abstract class Resolver : IDisposable
{
    /// <summary>Called once, before all else; the listener may be called at any time until the resolver is disposed.</summary>
    public abstract void Start(Action<ResolverResult> listener);

    /// <summary>A connection failed or was lost: look again.</summary>
    public virtual void Refresh()
    {
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>Addresses, or why there are none.</summary>
public sealed class ResolverResult
{
    private ResolverResult(Status status, IReadOnlyList<BalancerAddress>? addresses) => (Status, Addresses) = (status, addresses);

    public Status Status { get; }

    public IReadOnlyList<BalancerAddress>? Addresses { get; }

    public static ResolverResult ForResult(IReadOnlyList<BalancerAddress> addresses) => new(Status.DefaultSuccess, addresses);

    public static ResolverResult ForFailure(Status status) => status.StatusCode != StatusCode.OK
        ? new(status, null)
        : throw new ArgumentException("Error status code must not be OK.", nameof(status));
}

/// <summary>Where a server listens.</summary>
public sealed class BalancerAddress(DnsEndPoint endPoint)
{
    public BalancerAddress(string host, int port)
        : this(new DnsEndPoint(host, port))
    {
    }

    public DnsEndPoint EndPoint { get; } = endPoint;

    /// <summary>What calls name as their host instead of the address; a certificate is checked against it.</summary>
    internal string? Authority { get; init; }

    public override string ToString() => $"{EndPoint.Host}:{EndPoint.Port}";
}

/// <summary>Makes resolvers for one scheme. A channel looks for them among its <see cref="GrpcChannelOptions.ServiceProvider"/>'s services.</summary>
public abstract class ResolverFactory
{
    /// <summary>The scheme, "dns".</summary>
    public abstract string Name { get; }

    public abstract Resolver Create(ResolverOptions options);
}

public sealed class ResolverOptions
{
    internal ResolverOptions(Uri address, int defaultPort, GrpcChannelOptions channelOptions) =>
        (Address, DefaultPort, ChannelOptions) = (address, defaultPort, channelOptions);

    public Uri Address { get; }

    /// <summary>For targets that name none: 80, or 443 with TLS.</summary>
    public int DefaultPort { get; }

    public GrpcChannelOptions ChannelOptions { get; }
}

/// <summary><c>static:///</c>: the addresses that a function gives for the target, for good.</summary>
public sealed class StaticResolverFactory(Func<Uri, IEnumerable<BalancerAddress>> addressesCallback) : ResolverFactory
{
    public override string Name => "static";

    public override Resolver Create(ResolverOptions options) => new StaticResolver([.. addressesCallback(options.Address)]);
}

internal sealed class StaticResolver(IReadOnlyList<BalancerAddress> addresses) : Resolver
{
    public override void Start(Action<ResolverResult> listener) => listener(ResolverResult.ForResult(addresses));
}
