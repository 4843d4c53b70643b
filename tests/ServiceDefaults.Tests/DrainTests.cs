using System.Diagnostics;
using FaceMix.ServiceDefaults;
using FaceMix.Tests.Services.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace FaceMix.Tests.Services;

/// <summary>A process is told to stop by SIGTERM, as Kubernetes and systemd do it.</summary>
public sealed class DrainTests
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_runs_ends_well_what_is_new_is_refused_and_health_says_so()
    {
        await using var service = await ServiceProcess.StartProgramAsync(typeof(RunningService).Assembly.Location, 0, "--Drain:Limit=00:01:00");
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        using var health = GrpcChannel.ForAddress(service.Grpc);
        using var later = GrpcChannel.ForAddress(service.Grpc);
        using var stream = new CountingService.CountingServiceClient(channel).Count(new CountRequest { To = 40, PauseMs = 100 });
        using var watch = new Health.HealthClient(health).Watch(new HealthCheckRequest());
        Assert.True(await stream.ResponseStream.MoveNext());
        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);

        service.Terminate();
        Assert.True(await watch.ResponseStream.MoveNext());
        var refused = await Assert.ThrowsAsync<RpcException>(() => new CountingService.CountingServiceClient(channel).WhereAsync(new WhereRequest()).ResponseAsync);
        var refusedElsewhere = await Assert.ThrowsAsync<RpcException>(() => new CountingService.CountingServiceClient(later).WhereAsync(new WhereRequest()).ResponseAsync);
        var asked = await new Health.HealthClient(later).CheckAsync(new HealthCheckRequest());
        var numbers = 1;
        while (await stream.ResponseStream.MoveNext())
            Assert.Equal(++numbers, stream.ResponseStream.Current.Number);

        Assert.Equal([ServingStatus.NotServing, ServingStatus.NotServing], [watch.ResponseStream.Current.Status, asked.Status]);
        Assert.Equal([StatusCode.Unavailable, StatusCode.Unavailable], [refused.StatusCode, refusedElsewhere.StatusCode]);
        Assert.Equal("DRAINING", refusedElsewhere.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>().Reason);
        Assert.Equal((40, StatusCode.OK), (numbers, stream.GetStatus().StatusCode));
        Assert.Equal(0, await service.ExitCodeAsync(Slack));
    }

    [Fact]
    public async Task What_does_not_end_in_time_is_cut_off()
    {
        await using var service = await ServiceProcess.StartProgramAsync(typeof(RunningService).Assembly.Location, 0, "--Drain:Limit=00:00:01");
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        using var stream = new CountingService.CountingServiceClient(channel).Count(new CountRequest { To = int.MaxValue, PauseMs = 50, IsStubborn = true });
        Assert.True(await stream.ResponseStream.MoveNext());
        var clock = Stopwatch.StartNew();

        service.Terminate();
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await stream.ResponseStream.MoveNext())
            {
            }
        });

        Assert.Equal(0, await service.ExitCodeAsync(Slack));
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(1));
        Assert.NotEqual(StatusCode.OK, error.StatusCode);
        Assert.Contains("1 calls did not end in time", service.Log);
    }

    [Fact]
    public async Task With_nothing_to_wait_for_it_leaves_at_once_unless_it_gives_notice()
    {
        await using var quick = await ServiceProcess.StartProgramAsync(typeof(RunningService).Assembly.Location, 0, "--Drain:Limit=00:10:00");
        await using var slow = await ServiceProcess.StartProgramAsync(typeof(RunningService).Assembly.Location, 0, "--Drain:Limit=00:10:00", "--Drain:Notice=00:10:00");
        using var channel = GrpcChannel.ForAddress(slow.Grpc);

        quick.Terminate();
        slow.Terminate();

        Assert.Equal(0, await quick.ExitCodeAsync(Slack));
        Assert.False(slow.HasExited);
        Assert.Equal(
            StatusCode.Unavailable,
            (await Assert.ThrowsAsync<RpcException>(() => new CountingService.CountingServiceClient(channel).WhereAsync(new WhereRequest()).ResponseAsync)).StatusCode);
    }

    [Theory]
    [InlineData("Drain:Limit", "-00:00:01", "Drain:Limit is '-00:00:01', but it must be 00:00:00 to 01:00:00.")]
    [InlineData("Drain:Notice", "00:00:30", "Drain:Notice is '00:00:30', but it must be 00:00:00 to Drain:Limit, which is 00:00:10.")]
    [InlineData("Drain:Limit", "soon", "Drain:Limit is 'soon', but it must be 00:00:00 to 01:00:00.")]
    public void A_bad_limit_stops_the_start_with_a_sentence(string key, string value, string part) =>
        Assert.Contains(part, Assert.Throws<StartException>(() => RunningService.Build([$"--{key}={value}"])).Message);
}
