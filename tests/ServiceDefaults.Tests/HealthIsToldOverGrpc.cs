using FaceMix.ServiceDefaults;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace FaceMix.Tests.Services;

public sealed class HealthIsToldOverGrpc
{
    [Theory]
    [InlineData("")]
    [InlineData("facemix.decoder.v1.DecoderService")]
    public async Task Watchers_learn_at_once_when_a_part_is_ready_or_gone_and_that_the_service_stops(string name)
    {
        await using var service = await RunningService.StartAsync(app => app.MapGrpcService<Decoder>());
        var readiness = service.App.Services.GetRequiredService<Readiness>();
        using var channel = GrpcChannel.ForAddress(service.App.Addresses()[0]);
        var client = new Health.HealthClient(channel);
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

        Assert.Equal(
            [ServingStatus.NotServing, ServingStatus.Serving, ServingStatus.NotServing, ServingStatus.Serving, ServingStatus.NotServing],
            seen.Take(5));
        // The one of the stopping host may be joined by Watch's own last word.
        Assert.All(seen.Skip(5), each => Assert.Equal(ServingStatus.NotServing, each));
    }

    [Fact]
    public async Task A_service_that_is_not_mapped_is_not_found()
    {
        await using var service = await RunningService.StartAsync();
        using var channel = GrpcChannel.ForAddress(service.App.Addresses()[0]);

        var error = await Assert.ThrowsAsync<RpcException>(() =>
            new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest { Service = "facemix.decoder.v1.DecoderService" }).ResponseAsync);

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Reflection_lists_the_services_with_health_among_them()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGrpcService<Decoder>());
        using var channel = GrpcChannel.ForAddress(service.App.Addresses()[0]);
        using var call = new Grpc.Reflection.V1.ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new() { ListServices = "" });

        Assert.True(await call.ResponseStream.MoveNext());
        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(each => each.Name);
        Assert.Subset(names.ToHashSet(), new HashSet<string> { "facemix.decoder.v1.DecoderService", "grpc.health.v1.Health" });
    }

    private sealed class Decoder : FaceMix.Decoder.V1.DecoderService.DecoderServiceBase;
}
