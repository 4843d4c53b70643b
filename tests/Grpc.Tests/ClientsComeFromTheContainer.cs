using FaceMix.Tests.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client.Configuration;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Client = FaceMix.Tests.V1.EchoService.EchoServiceClient;

namespace FaceMix.Tests;

/// <summary>AddGrpcClient: clients, their channels and what stands around their calls, from dependency injection.</summary>
public sealed class ClientsComeFromTheContainer : IAsyncLifetime
{
    private readonly ServiceCollection services = new();
    private EchoServer server = null!;

    public async Task InitializeAsync() => server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task With_the_address_they_were_given()
    {
        services.AddGrpcClient<Client>(options => options.Address = server.Grpc);
        await using var provider = services.BuildServiceProvider();

        Assert.Equal("hello", (await provider.GetRequiredService<Client>().SayAsync(new SayRequest { Text = "hello" })).Text);
    }

    [Fact]
    public async Task By_name_each_with_its_own_server_and_one_channel()
    {
        await using var other = await EchoServer.StartAsync();
        var made = new List<string>();
        services.AddGrpcClient<Client>("one", options => options.Address = server.Grpc).ConfigureChannel(_ => made.Add("one"));
        services.AddGrpcClient<Client>("other", (_, options) => options.Address = other.Grpc).ConfigureChannel((_, _) => made.Add("other"));
        await using var provider = services.BuildServiceProvider();
        var factory = provider.GetRequiredService<GrpcClientFactory>();
        for (var i = 0; i < 3; i++)
        {
            await factory.CreateClient<Client>("one").SayAsync(new SayRequest());
            await factory.CreateClient<Client>("other").SayAsync(new SayRequest());
        }

        Assert.Equal((3, 3), (server.Observations.Made, other.Observations.Made));
        Assert.Equal(["one", "other"], made);
        Assert.Throws<InvalidOperationException>(() => factory.CreateClient<Grpc.Health.V1.Health.HealthClient>("one of another kind"));
    }

    [Fact]
    public void Not_by_a_name_that_another_kind_of_client_has()
    {
        services.AddGrpcClient<Client>("one");

        Assert.Throws<InvalidOperationException>(() => services.AddGrpcClient<Grpc.Health.V1.Health.HealthClient>("one"));
    }

    [Fact]
    public async Task Not_without_an_address()
    {
        services.AddGrpcClient<Client>();
        await using var provider = services.BuildServiceProvider();

        Assert.Throws<InvalidOperationException>(provider.GetRequiredService<Client>);
    }

    [Fact]
    public async Task With_interceptors_of_the_channel_and_of_the_scope_in_their_order()
    {
        var order = new List<string>();
        services.AddScoped<Scoped>();
        services.AddGrpcClient<Client>(options => options.Address = server.Grpc)
            .AddInterceptor(() => new Noting("channel 1", order))
            .AddInterceptor(InterceptorScope.Client, provider => new Noting(provider.GetRequiredService<Scoped>().Name, order))
            .AddInterceptor(_ => new Noting("channel 2", order));
        await using var provider = services.BuildServiceProvider();
        for (var i = 0; i < 2; i++)
        {
            await using var scope = provider.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<Scoped>().Name = $"scope {i}";
            await scope.ServiceProvider.GetRequiredService<Client>().SayAsync(new SayRequest());
        }

        Assert.Equal(["scope 0", "channel 1", "channel 2", "scope 1", "channel 1", "channel 2"], order);
    }

    [Fact]
    public async Task With_a_service_config_over_the_factory_s_handlers()
    {
        var sent = 0;
        services.AddGrpcClient<Client>(options => options.Address = server.Grpc)
            .ConfigureChannel(options => options.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } })
            .AddHttpMessageHandler(() => new Counting(() => sent++));
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<Client>().SayAsync(new SayRequest());

        Assert.Equal(1, sent);
    }

    private sealed class Scoped
    {
        public string Name { get; set; } = "";
    }

    private sealed class Counting(Action count) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            count();
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Noting(string name, List<string> order) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            order.Add(name);
            return continuation(request, context);
        }
    }
}
