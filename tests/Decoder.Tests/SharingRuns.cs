using FaceMix.Common.V1;
using FaceMix.Decoder;
using FaceMix.Decoder.Batching;
using FaceMix.Decoder.Inference;
using FaceMix.Decoder.Models;
using FaceMix.Decoder.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FaceMix.Tests.Decoder;

public sealed class SharingRuns : IAsyncLifetime
{
    private readonly TemporaryFolder _models = new();
    private readonly GatedDecoders _decoders = new();
    private DecoderHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await DecoderHost.StartReadyAsync(
            _models,
            services => services.AddSingleton<IPictureDecoderFactory>(_decoders),
            "Decoder:MaxBatch=16", "Decoder:MaxQueued=64", "Decoder:MaxDelay=00:00:00.005");
        _decoders.Forget();
    }

    public async Task DisposeAsync()
    {
        _decoders.Open();
        await _host.DisposeAsync();
        _models.Dispose();
    }

    [Fact]
    public async Task Requests_that_arrive_together_share_runs()
    {
        _decoders.Close();
        var calls = Enumerable.Range(0, 48).Select(i => DecodeAsync(i)).ToList();
        await UntilQueuedAsync(48);
        _decoders.Open();

        var pictures = await Task.WhenAll(calls);

        Assert.All(pictures, (picture, i) => Assert.Equal((byte)i, picture.Data[0]));
        Assert.Equal(48, _decoders.Runs.Sum());
        Assert.InRange(_decoders.Runs.Count, 3, 6);
        Assert.All(_decoders.Runs, run => Assert.InRange(run, 1, 16));
    }

    [Fact]
    public async Task A_request_larger_than_a_batch_is_answered_whole_and_in_order()
    {
        var request = Request(Enumerable.Range(0, 60).Select(i => (float)i));

        var response = await _host.Client.DecodeAsync(request);

        Assert.Equal(Enumerable.Range(0, 60), response.Pictures.Select(picture => (int)picture.Data[0]));
        Assert.All(_decoders.Runs, run => Assert.InRange(run, 1, 16));
    }

    [Fact]
    public async Task A_full_queue_refuses_at_the_door_and_says_when_to_come_back()
    {
        _decoders.Close();
        var waiting = Enumerable.Range(0, 64).Select(i => DecodeAsync(i)).ToList();
        await UntilQueuedAsync(64);

        var (code, _, info, _, retry) = await DecoderHost.ErrorOfAsync(() => DecodeAsync(1));

        Assert.Equal((StatusCode.ResourceExhausted, "OVERLOADED"), (code, info.Reason));
        Assert.InRange(retry!.RetryDelay.ToTimeSpan(), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        _decoders.Open();
        await Task.WhenAll(waiting);
        await DecodeAsync(1);
    }

    [Fact]
    public async Task Callers_that_leave_are_dropped_before_any_work()
    {
        // Past gRPC, so that there is no doubt when the server learns that a caller has left.
        var queue = _host.Services.GetRequiredService<BatchQueue>();
        using var lease = _host.Services.GetRequiredService<LoadedModels>().LeaseNewest();
        Task<IReadOnlyList<DecodedPictures>> Queue(CancellationToken caller) => queue.DecodeAsync(lease.Model, new float[TinyModel.LatentSize], 1, caller);
        _decoders.Close();
        var first = Queue(CancellationToken.None);
        await DecoderHost.UntilAsync(() => Task.FromResult(_decoders.Runs.Count == 1));
        using var leave = new CancellationTokenSource();
        var leaving = Enumerable.Range(0, 30).Select(_ => Queue(leave.Token)).ToList();
        var staying = Queue(CancellationToken.None);
        await leave.CancelAsync();
        foreach (var call in leaving)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        _decoders.Open();

        foreach (var part in (await first).Concat(await staying))
            part.Dispose();

        Assert.Equal(2, _decoders.Runs.Sum());
        await UntilQueuedAsync(0);
    }

    [Fact]
    public async Task A_client_that_cancels_frees_its_place()
    {
        _decoders.Close();
        var first = DecodeAsync(1);
        await DecoderHost.UntilAsync(() => Task.FromResult(_decoders.Runs.Count == 1));
        using var leave = new CancellationTokenSource();
        var leaving = Enumerable.Range(0, 30).Select(i => DecodeAsync(i, leave.Token)).ToList();
        await UntilQueuedAsync(31);

        await leave.CancelAsync();
        foreach (var call in leaving)
            Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
        _decoders.Open();

        await first;
        await UntilQueuedAsync(0);
    }

    [Fact]
    public async Task A_run_that_fails_fails_its_callers_and_nobody_else()
    {
        var (code, message, info, _, _) = await DecoderHost.ErrorOfAsync(() => DecodeAsync(GatedDecoders.Poison));

        Assert.Equal((StatusCode.Internal, "INTERNAL"), (code, info.Reason));
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
        Assert.Equal(5, (await DecodeAsync(5)).Data[0]);
        await UntilQueuedAsync(0);
    }

    [Fact]
    public async Task Stopping_finishes_what_was_accepted_and_refuses_what_is_new()
    {
        _decoders.Close();
        var accepted = Enumerable.Range(0, 20).Select(i => DecodeAsync(i)).ToList();
        await UntilQueuedAsync(20);
        var queue = _host.Services.GetRequiredService<BatchQueue>();
        using var lease = _host.Services.GetRequiredService<LoadedModels>().LeaseNewest();

        var stopped = _host.StopAsync();
        Assert.False(stopped.IsCompleted);
        _decoders.Open();

        Assert.Equal(20, (await Task.WhenAll(accepted)).Length);
        await stopped;
        var refused = await Assert.ThrowsAsync<RefusedException>(() => queue.DecodeAsync(lease.Model, new float[TinyModel.LatentSize], 1, CancellationToken.None));
        Assert.Equal(Refusal.Draining, refused.Refusal);
    }

    private async Task<Picture> DecodeAsync(float first, CancellationToken cancellationToken = default) =>
        (await _host.Client.DecodeAsync(Request([first]), cancellationToken: cancellationToken)).Pictures[0];

    private Task UntilQueuedAsync(int pictures) =>
        DecoderHost.UntilAsync(() => Task.FromResult(_host.Services.GetRequiredService<BatchQueue>().Length == pictures));

    private static DecodeRequest Request(IEnumerable<float> firsts) => new()
    {
        Latents = { firsts.Select(first => ServingPictures.LatentOf(first, 0, 0, 0)) },
        Picture = new PictureOptions { Format = PictureFormat.Raw },
    };
}
