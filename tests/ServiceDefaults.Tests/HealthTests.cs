using System.Net;
using FaceMix.ServiceDefaults;
using Grpc.Core;
using Grpc.Health.V1;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace FaceMix.Tests.Services;

public sealed class HealthTests
{
    [Theory]
    [InlineData("")]
    [InlineData("facemix.decoder.v1.DecoderService")]
    public async Task Watchers_learn_at_once_when_a_part_is_ready_or_gone_and_that_the_service_stops(string name)
    {
        await using var service = await RunningService.StartAsync();
        var readiness = service.Readiness;
        var client = new Health.HealthClient(service.Channel);
        readiness.Require("model", "none yet");
        using var call = client.Watch(new HealthCheckRequest { Service = name });
        Action[] then = [() => readiness.SetReady("model"), () => readiness.SetNotReady("model", "lost"), () => readiness.SetReady("model"), service.App.Lifetime.StopApplication];
        var seen = new List<ServingStatus>();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            seen.Add(response.Status);
            if (seen.Count <= then.Length)
                then[seen.Count - 1]();
        }

        Assert.Equal([ServingStatus.NotServing, ServingStatus.Serving, ServingStatus.NotServing, ServingStatus.Serving, ServingStatus.NotServing], seen);
    }

    [Fact]
    public async Task A_service_that_is_not_mapped_is_not_found()
    {
        await using var service = await RunningService.StartAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() =>
            new Health.HealthClient(service.Channel).CheckAsync(new HealthCheckRequest { Service = "none" }).ResponseAsync);

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task One_that_is_watched_is_unknown_until_the_service_stops()
    {
        await using var service = await RunningService.StartAsync();
        using var call = new Health.HealthClient(service.Channel).Watch(new HealthCheckRequest { Service = "none" });
        var seen = new List<ServingStatus>();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            seen.Add(response.Status);
            service.App.Lifetime.StopApplication();
        }

        Assert.Equal([ServingStatus.ServiceUnknown, ServingStatus.NotServing], seen);
    }

    [Fact]
    public async Task Health_and_readiness_answer_over_HTTP_too()
    {
        await using var service = await RunningService.StartAsync();
        service.Readiness.Require("model", "waiting for the first version");
        service.Readiness.Require("database", "connecting");
        service.Readiness.SetReady("database");

        var before = await service.Http.GetAsync(new Uri("/readyz", UriKind.Relative));
        service.Readiness.SetReady("model");
        var after = await service.Http.GetAsync(new Uri("/readyz", UriKind.Relative));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, before.StatusCode);
        Assert.Equal("model: waiting for the first version\n", await before.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.OK, "ready\n"), (after.StatusCode, await after.Content.ReadAsStringAsync()));
        Assert.Equal("healthy\n", await service.Http.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
    }

    [NeedsNode]
    public Task From_node_a_service_is_checked_and_watched_until_it_stops() =>
        CheckAndWatch((address, what, name) => Peer.LinesAsync("node", Repository.PathOf("tests", "ServiceDefaults.Tests", "peers", "health.mjs"), Repository.Root, address, what, name));

    [NeedsPythonGrpc]
    public Task From_python_a_service_is_checked_and_watched_until_it_stops() =>
        CheckAndWatch((address, what, name) => Peer.LinesAsync("/usr/bin/python3", Repository.PathOf("tests", "ServiceDefaults.Tests", "peers", "health.py"), address, what, name));

    [Fact]
    public async Task Reflection_lists_the_services_with_health_among_them()
    {
        await using var service = await RunningService.StartAsync();
        using var call = new Grpc.Reflection.V1.ServerReflection.ServerReflectionClient(service.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new() { ListServices = "" });

        Assert.True(await call.ResponseStream.MoveNext());
        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(each => each.Name);
        Assert.Subset(names.ToHashSet(), new HashSet<string> { "facemix.decoder.v1.DecoderService", "grpc.health.v1.Health" });
    }

    private static async Task CheckAndWatch(Func<string, string, string, IAsyncEnumerable<string>> ask)
    {
        const string name = "facemix.decoder.v1.DecoderService";
        await using var service = await RunningService.StartAsync();
        var address = service.App.Addresses()[0].Authority;
        var readiness = service.Readiness;
        Assert.Equal(["SERVING"], await ask(address, "check", name).ToListAsync());
        Assert.Equal(["code 5"], await ask(address, "check", "none").ToListAsync());

        Action[] then = [() => readiness.Require("model", "lost"), () => readiness.SetReady("model"), service.App.Lifetime.StopApplication];
        var seen = new List<string>();
        await foreach (var line in ask(address, "watch", name))
        {
            seen.Add(line);
            if (seen.Count <= then.Length)
                then[seen.Count - 1]();
        }

        Assert.Equal(["SERVING", "NOT_SERVING", "SERVING", "NOT_SERVING", "code 0"], seen);
    }
}
