#if COMPAT_PACKAGES
using System.Net;
using FaceMix.Tests.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FaceMix.Tests;

/// <summary>dns:/// with a clock and a name server of the test's own, which the package does not let in.</summary>
public sealed class NamesAreLookedUpAgain : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider time = new();
    private readonly List<ResolverResult> told = [];
    private readonly Resolver resolver;
    private readonly DnsResolverFactory factory;
    private Func<IPAddress[]> answer = () => [IPAddress.Loopback];
    private int asked;

    public NamesAreLookedUpAgain()
    {
        factory = new DnsResolverFactory(TimeSpan.FromSeconds(20))
        {
            LookUp = (_, _) =>
            {
                Interlocked.Increment(ref asked);
                return Task.FromResult(answer());
            },
        };
        resolver = factory.Create(new ResolverOptions(new Uri("dns:///pods:5101"), 80, new GrpcChannelOptions { Time = time }));
        resolver.Start(result =>
        {
            lock (told)
                told.Add(result);
        });
    }

    public void Dispose() => resolver.Dispose();

    [Fact]
    public async Task At_each_interval_and_the_port_is_the_target_s()
    {
        resolver.Refresh();
        await Told(1);
        answer = () => [IPAddress.Loopback, IPAddress.Parse("10.0.0.2")];
        time.Advance(TimeSpan.FromSeconds(19.9));
        Assert.Equal(1, asked);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await Told(2);

        Assert.Equal(["127.0.0.1:5101", "10.0.0.2:5101"], told[1].Addresses!.Select(each => each.ToString()));
    }

    [Fact]
    public async Task When_asked_to_but_not_sooner_than_fifteen_seconds_after_the_last_answer()
    {
        resolver.Refresh();
        await Told(1);
        await Waiting(1);
        for (var i = 0; i < 5; i++)
            resolver.Refresh();
        await Waiting(2);
        time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.Equal(1, asked);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await Told(2);

        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task After_a_failure_which_is_told()
    {
        answer = () => throw new IOException("the name server is away");
        resolver.Refresh();
        await Told(1);
        await Waiting(2);
        answer = () => [IPAddress.Loopback];
        time.Advance(TimeSpan.FromSeconds(1.3));
        await Told(2);

        Assert.Equal(StatusCode.Unavailable, told[0].Status.StatusCode);
        Assert.Contains("the name server is away", told[0].Status.Detail);
        Assert.Single(told[1].Addresses!);
    }

    [Fact]
    public async Task So_that_a_new_address_gets_calls_within_thirty_seconds()
    {
        await using var first = await EchoServer.StartAsync();
        await using var second = await EchoServer.StartAsync(services: services => services.Configure<KestrelServerOptions>(kestrel =>
            kestrel.Listen(IPAddress.Parse("127.0.0.2"), first.Grpc.Port, listen => listen.Protocols = HttpProtocols.Http2)));
        using var channel = GrpcChannel.ForAddress($"dns:///pods:{first.Grpc.Port}", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } },
            ServiceProvider = new ServiceCollection().AddSingleton<ResolverFactory>(factory).BuildServiceProvider(),
            Time = time,
        });
        var client = new V1.EchoService.EchoServiceClient(channel);
        for (var i = 0; i < 5; i++)
            await client.SayAsync(new SayRequest());
        Assert.Equal((5, 0), (first.Observations.Made, second.Observations.Made));

        answer = () => [IPAddress.Loopback, IPAddress.Parse("127.0.0.2")];
        time.Advance(TimeSpan.FromSeconds(30));
        for (var end = DateTime.UtcNow + Patience; second.Observations.Made == 0 && DateTime.UtcNow < end;)
            await client.SayAsync(new SayRequest());

        Assert.True(second.Observations.Made > 0);
    }

    private Task Told(int count) => Until(() =>
    {
        lock (told)
            return told.Count >= count;
    });

    // The interval's timer is one of them.
    private Task Waiting(int count) => Until(() => time.Waiting >= count);

    private static async Task Until(Func<bool> isTrue)
    {
        for (var end = DateTime.UtcNow + Patience; !isTrue();)
        {
            Assert.True(DateTime.UtcNow < end, "It takes too long.");
            await Task.Delay(5);
        }
    }
}
#endif
