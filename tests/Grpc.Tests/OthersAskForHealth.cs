using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace FaceMix.Tests;

/// <summary>grpc.health.v1, asked by three clients.</summary>
public sealed class OthersAskForHealth : IAsyncLifetime
{
    private const string Service = "facemix.tests.v1.EchoService";
    private HealthStatus ofModel = HealthStatus.Healthy;
    private EchoServer server = null!;
    private Health.HealthClient client = null!;

    public async Task InitializeAsync()
    {
        server = await EchoServer.StartAsync(
            services: services => services
                .AddGrpcHealthChecks(options => options.Services.Map(Service, check => check.Tags.Contains("model")))
                .AddCheck("disk", () => HealthCheckResult.Degraded())
                .AddCheck("model", () => new HealthCheckResult(ofModel), ["model"]),
            map: app => app.MapGrpcHealthChecksService());
        client = new Health.HealthClient(server.Channel);
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_service_serves_while_none_of_its_checks_is_unhealthy()
    {
        var before = await client.CheckAsync(new HealthCheckRequest { Service = Service });
        ofModel = HealthStatus.Unhealthy;
        var after = await client.CheckAsync(new HealthCheckRequest { Service = Service });
        var whole = await client.CheckAsync(new HealthCheckRequest());

        Assert.Equal((ServingStatus.Serving, ServingStatus.NotServing, ServingStatus.NotServing), (before.Status, after.Status, whole.Status));
    }

    [Fact]
    public async Task A_check_of_an_unknown_service_is_not_found()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => client.CheckAsync(new HealthCheckRequest { Service = "none" }).ResponseAsync);

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task A_watched_service_may_appear_later_and_go_again()
    {
        var health = server.Services.GetRequiredService<HealthServiceImpl>();
        using var call = client.Watch(new HealthCheckRequest { Service = "later" });
        var seen = new List<ServingStatus>();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            seen.Add(response.Status);
            if (seen.Count == 1)
                health.SetStatus("later", ServingStatus.Serving);
            else if (seen.Count == 2)
                health.ClearAll();
            else
                break;
        }

        Assert.Equal([ServingStatus.ServiceUnknown, ServingStatus.Serving, ServingStatus.ServiceUnknown], seen);
    }

    [NeedsNode]
    public Task From_node_a_service_is_checked_and_watched_until_the_server_stops() =>
        CheckAndWatch((what, service) => Peer.LinesAsync("node", Peer.Script("health.mjs"), Repository.Root,
            Repository.PathOf("compat", "Grpc", "Protos", "grpc", "health", "v1", "health.proto"), server.Grpc.Authority, what, service));

    [NeedsPythonGrpc]
    public Task From_python_a_service_is_checked_and_watched_until_the_server_stops() =>
        CheckAndWatch((what, service) => Peer.LinesAsync("/usr/bin/python3", Peer.Script("health.py"), server.Grpc.Authority, what, service));

    private async Task CheckAndWatch(Func<string, string, IAsyncEnumerable<string>> ask)
    {
        var health = server.Services.GetRequiredService<HealthServiceImpl>();
        Assert.Equal(["SERVING"], await ask("check", Service).ToListAsync());
        Assert.Equal(["code 5"], await ask("check", "none").ToListAsync());

        var seen = new List<string>();
        var stopping = Task.CompletedTask;
        health.SetStatus(Service, ServingStatus.Serving);
        await foreach (var line in ask("watch", Service))
        {
            seen.Add(line);
            if (seen.Count == 1)
                health.SetStatus(Service, ServingStatus.Unknown);
            else if (seen.Count == 2)
                stopping = server.StopAsync();
        }
        await stopping;

        Assert.Equal(["SERVING", "UNKNOWN", "NOT_SERVING", "code 0"], seen);
    }
}
