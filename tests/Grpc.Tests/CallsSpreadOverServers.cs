using System.Net;
using System.Net.Sockets;
using FaceMix.Tests.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FaceMix.Tests;

/// <summary>One channel, several servers that come and go.</summary>
public sealed class CallsSpreadOverServers : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<EchoServer> servers = [];
    private readonly Listed listed = new();

    public async Task InitializeAsync()
    {
        for (var i = 0; i < 3; i++)
            servers.Add(await EchoServer.StartAsync());
    }

    public async Task DisposeAsync()
    {
        foreach (var server in servers)
            await server.DisposeAsync();
    }

    [Fact]
    public async Task Round_robin_gives_each_server_as_many()
    {
        using var channel = RoundRobin(servers);
        await Until(channel, () => servers.All(server => server.Observations.Made > 0));
        var before = servers.Select(server => server.Observations.Made).ToArray();
        for (var i = 0; i < 30; i++)
            await Say(channel);

        Assert.Equal([10, 10, 10], servers.Zip(before, (server, count) => server.Observations.Made - count));
    }

    [Fact]
    public async Task Pick_first_stays_with_one_server_until_it_is_gone()
    {
        using var channel = Channel("static:///servers", null, new StaticResolverFactory(_ => servers.Select(AddressOf)));
        for (var i = 0; i < 10; i++)
            await Say(channel);
        Assert.Equal([10, 0, 0], servers.Select(server => server.Observations.Made));

        await servers[0].StopAsync();
        await channel.WaitForStateChangedAsync(ConnectivityState.Ready).WaitAsync(Patience);
        for (var i = 0; i < 10; i++)
            await Say(channel);
        Assert.Equal([10, 10, 0], servers.Select(server => server.Observations.Made));
    }

    [Fact]
    public async Task A_dead_address_is_skipped_and_no_call_fails()
    {
        using var channel = Channel("static:///servers", new RoundRobinConfig(), new StaticResolverFactory(_ => [new("127.0.0.1", FreePort()), .. servers.Select(AddressOf)]));

        await Until(channel, () => servers.All(server => server.Observations.Made > 3));
    }

    [Fact]
    public async Task An_added_server_gets_calls_and_a_removed_one_none_and_no_call_fails()
    {
        using var channel = RoundRobin([servers[0], servers[1]]);
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await Say(channel);
        })).ToArray();
        await Until(channel, () => servers[0].Observations.Made > 10 && servers[1].Observations.Made > 10);
        Assert.Equal(0, servers[2].Observations.Made);

        listed.Is([servers[1], servers[2]]);
        await Until(channel, () => servers[2].Observations.Made > 10);
        await servers[0].StopAsync();
        var ofRemoved = servers[0].Observations.Made;
        var ofStaying = servers[1].Observations.Made;
        await Until(channel, () => servers[1].Observations.Made > ofStaying + 20);
        await stop.CancelAsync();
        await Task.WhenAll(callers).WaitAsync(Patience);

        Assert.Equal(ofRemoved, servers[0].Observations.Made);
    }

#if COMPAT_PACKAGES
    // With the package calls fail whose connection could not be made any more.
    [Fact]
    public async Task A_server_that_stops_while_it_is_still_listed_takes_no_call_with_it()
    {
        using var channel = RoundRobin(servers);
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await Say(channel);
        })).ToArray();
        await Until(channel, () => servers.All(server => server.Observations.Made > 10));
        await servers[0].StopAsync();
        var others = servers[1].Observations.Made;
        await Until(channel, () => servers[1].Observations.Made > others + 50);
        await stop.CancelAsync();

        await Task.WhenAll(callers).WaitAsync(Patience);
    }
#endif

    [Fact]
    public async Task A_connection_gone_silent_is_given_up_by_its_pings_and_calls_go_elsewhere()
    {
        await using var proxy = new SilentProxy(servers[0].Grpc.Port);
        using var channel = Channel("static:///servers", new RoundRobinConfig(), new StaticResolverFactory(_ => [new("127.0.0.1", proxy.Port), AddressOf(servers[1])]), new SocketsHttpHandler
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
            EnableMultipleHttp2Connections = true,
        });
        await Until(channel, () => servers[0].Observations.Made > 0 && servers[1].Observations.Made > 0);
        using var waiting = new V1.EchoService.EchoServiceClient(channel).SayAsync(new SayRequest { WaitMs = 60_000 });
        using var other = new V1.EchoService.EchoServiceClient(channel).SayAsync(new SayRequest { WaitMs = 60_000 });
        await Task.Delay(100);
        proxy.FallSilent();

        // Of two calls in turn one is with the server that is out of reach.
        var first = await Task.WhenAny(waiting.ResponseAsync, other.ResponseAsync).WaitAsync(Patience);
        var error = await Assert.ThrowsAsync<RpcException>(() => first);
        Assert.Contains(error.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
        var before = servers[1].Observations.Made;
        for (var i = 0; i < 10; i++)
            await Say(channel).WaitAsync(Patience);
        Assert.Equal(before + 10, servers[1].Observations.Made);
    }

    [Fact]
    public async Task A_lost_connection_has_the_addresses_looked_up_again()
    {
        using var channel = RoundRobin([servers[0]]);
        await Say(channel);
        var looked = listed.Refreshes;
        listed.OnRefresh = () => listed.Is([servers[1]]);
        await servers[0].StopAsync();

        await Until(channel, () => servers[1].Observations.Made > 0, mayFail: true);
        Assert.True(listed.Refreshes > looked);
    }

    [Fact]
    public async Task A_server_that_comes_back_is_found_again()
    {
        using var channel = RoundRobin([servers[0], servers[1]]);
        await Until(channel, () => servers[0].Observations.Made > 0 && servers[1].Observations.Made > 0);
        var port = servers[0].Grpc.Port;
        await servers[0].DisposeAsync();
        servers[0] = await EchoServer.StartAsync(port: port);

        await Until(channel, () => servers[0].Observations.Made > 0, mayFail: true);
    }

    [Fact]
    public async Task Without_any_server_a_call_is_unavailable_at_once_unless_it_waits_for_one()
    {
        var port = FreePort();
        using var channel = Channel("static:///servers", new RoundRobinConfig(), new StaticResolverFactory(_ => [new("127.0.0.1", port)]));
        var client = new V1.EchoService.EchoServiceClient(channel);

        var error = await Assert.ThrowsAsync<RpcException>(() => client.SayAsync(new SayRequest()).ResponseAsync.WaitAsync(Patience));
        var waiting = client.SayAsync(new SayRequest { Text = "patient" }, new CallOptions().WithWaitForReady());
        var hurried = client.SayAsync(new SayRequest(), new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(300)).WithWaitForReady());
        var late = await Assert.ThrowsAsync<RpcException>(() => hurried.ResponseAsync.WaitAsync(Patience));
        servers.Add(await EchoServer.StartAsync(port: port));

        Assert.Equal((StatusCode.Unavailable, StatusCode.DeadlineExceeded), (error.StatusCode, late.StatusCode));
        Assert.Equal("patient", (await waiting.ResponseAsync.WaitAsync(Patience)).Text);
    }

    [Fact]
    public async Task A_resolver_s_failure_is_the_call_s()
    {
        using var channel = Channel("listed:///servers", new RoundRobinConfig(), listed);
        listed.Fails(new Status(StatusCode.Unavailable, "no such name"));

        var error = await Assert.ThrowsAsync<RpcException>(() => Say(channel).WaitAsync(Patience));

        Assert.Equal((StatusCode.Unavailable, "no such name"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task A_name_is_looked_up_and_remains_the_host_of_calls()
    {
        var seen = new Host();
        await using var server = await EchoServer.StartAsync(options => options.Interceptors.Add<Host>(), services => services.AddSingleton(seen));
        using var channel = Channel($"dns:///localhost:{server.Grpc.Port}", new RoundRobinConfig(), new DnsResolverFactory(TimeSpan.FromSeconds(20)));

        await Say(channel).WaitAsync(Patience);

        Assert.Equal($"localhost:{server.Grpc.Port}", seen.Last);
    }

    [Theory]
    [InlineData("dns:///localhost:1", false)]
    [InlineData("nowhere:///servers", true)]
    public void A_target_that_cannot_be_understood_is_refused(string address, bool hasCredentials) =>
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress(address, new GrpcChannelOptions { Credentials = hasCredentials ? ChannelCredentials.Insecure : null }));

    [Fact]
    public async Task A_channel_tells_its_state()
    {
        using var channel = GrpcChannel.ForAddress(servers[0].Grpc);
        var before = channel.State;
        await channel.ConnectAsync().WaitAsync(Patience);
        var connected = channel.State;
        Assert.Equal(0, servers[0].Observations.Made);
        await Say(channel);
        var change = channel.WaitForStateChangedAsync(ConnectivityState.Ready);
        Assert.False(change.IsCompleted);
        await servers[0].StopAsync();
        await change.WaitAsync(Patience);

        Assert.Equal((ConnectivityState.Idle, ConnectivityState.Ready, ConnectivityState.Idle), (before, connected, channel.State));
    }

    [Fact]
    public async Task A_unix_socket_is_an_address_too()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("socket");
        await using var server = await EchoServer.StartAsync(services: services =>
            services.Configure<KestrelServerOptions>(kestrel => kestrel.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http2)));
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
            DisposeHttpClient = true,
        });

        Assert.Equal("hello", (await new V1.EchoService.EchoServiceClient(channel).SayAsync(new SayRequest { Text = "hello" })).Text);
        Assert.Throws<InvalidOperationException>(() => channel.State);
    }

    private static BalancerAddress AddressOf(EchoServer server) => new(server.Grpc.Host, server.Grpc.Port);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<SayResponse> Say(GrpcChannel channel) => await new V1.EchoService.EchoServiceClient(channel).SayAsync(new SayRequest());

    private static async Task Until(GrpcChannel channel, Func<bool> isTrue, bool mayFail = false)
    {
        var end = DateTime.UtcNow + Patience;
        while (!isTrue())
        {
            Assert.True(DateTime.UtcNow < end, "It takes too long.");
            try
            {
                await Say(channel);
            }
            catch (RpcException) when (mayFail)
            {
                await Task.Delay(10);
            }
        }
    }

    private static GrpcChannel Channel(string address, LoadBalancingConfig? policy, ResolverFactory factory, SocketsHttpHandler? handler = null)
    {
        var config = new ServiceConfig();
        if (policy is not null)
            config.LoadBalancingConfigs.Add(policy);
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            HttpHandler = handler,
            ServiceConfig = config,
            ServiceProvider = new ServiceCollection().AddSingleton(factory).BuildServiceProvider(),
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
            MaxReconnectBackoff = TimeSpan.FromMilliseconds(200),
        });
    }

    private GrpcChannel RoundRobin(IEnumerable<EchoServer> first)
    {
        var channel = Channel("listed:///servers", new RoundRobinConfig(), listed);
        listed.Is(first);
        return channel;
    }

    private sealed class Host : Interceptor
    {
        public string? Last { get; private set; }

        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            Last = context.Host;
            return continuation(request, context);
        }
    }

    /// <summary>Finds what the test says.</summary>
    private sealed class Listed : ResolverFactory
    {
        private Action<ResolverResult>? listener;
        private ResolverResult? last;

        public override string Name => "listed";

        public int Refreshes { get; private set; }

        public Action? OnRefresh { get; set; }

        public override Resolver Create(ResolverOptions options) => new Resolving(this);

        public void Is(IEnumerable<EchoServer> servers) => Tell(ResolverResult.ForResult([.. servers.Select(AddressOf)]));

        public void Fails(Status status) => Tell(ResolverResult.ForFailure(status));

        private void Tell(ResolverResult result)
        {
            last = result;
            listener?.Invoke(result);
        }

        private sealed class Resolving(Listed owner) : Resolver
        {
            public override void Start(Action<ResolverResult> listener)
            {
                owner.listener = listener;
                if (owner.last is not null)
                    listener(owner.last);
            }

            public override void Refresh()
            {
                owner.Refreshes++;
                owner.OnRefresh?.Invoke();
            }
        }
    }
}
