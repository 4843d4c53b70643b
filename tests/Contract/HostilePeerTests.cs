using FaceMix.Common.V1;
using FaceMix.Decoder.V1;
using FaceMix.Latents.V1;
using FaceMix.Tests.Contract.Hostile;
using Google.Protobuf;
using Xunit.Abstractions;

namespace FaceMix.Tests.Contract;

/// <summary>Peers that send what they should not, or too slowly, to the real services.</summary>
[Collection(ContractCollection.Name)]
public sealed class HostilePeerTests(RealServices services, ITestOutputHelper output)
{
    // So long until all of it is compiled and the pools of memory are as large as they become.
    private const int WarmUp = 3;
    private const int Rounds = 10;
    // MiB that the pools may still grow by. A connection that is not let go costs at least its buffers of 64 KiB, and there are hundreds.
    private const double Growth = 5;

    public static TheoryData<string> Services => new("decoder", "latent store");

    [NeedsPeersTheory]
    [MemberData(nameof(Services))]
    public async Task Each_attack_ends_as_the_protocol_says_and_leaves_nothing_behind(string name)
    {
        using var service = Target(name);
        var wrong = new List<string>();
        for (var round = 0; round < WarmUp; round++)
            wrong.AddRange(await service.AttackAsync());
        var before = Memory();

        for (var round = 0; round < Rounds; round++)
            wrong.AddRange(await service.AttackAsync());

        await service.MustAnswerAsync();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
        await HoldsSoonAsync(() => service.OpenConnections() <= 1, () => $"{service.OpenConnections()} connections are open, and ours is one.");
        await HoldsSoonAsync(() => Memory() <= before + Growth, () => $"The memory grew from {before:0} to {Memory():0} MiB.");
        output.WriteLine($"{name}: {before:0} MiB before, {Memory():0} MiB after");
    }

    [NeedsPeersTheory]
    [MemberData(nameof(Services))]
    public async Task A_thousand_half_open_streams_keep_no_one_out(string name)
    {
        using var service = Target(name);
        var attackers = new List<RawConnection>();
        for (var i = 0; i < 10; i++)
        {
            attackers.Add(await RawConnection.ToAsync(service.Grpc));
            await attackers[i].SendAsync([.. Frames.Greeting(), .. Enumerable.Range(0, 100).SelectMany(stream => Frames.Call((2 * stream) + 1, service.Path))]);
        }

        for (var i = 0; i < 50; i++)
            await service.MustAnswerAsync();

        attackers.ForEach(each => each.Dispose());
        await HoldsSoonAsync(() => service.OpenConnections() <= 1, () => $"{service.OpenConnections()} connections are open, and ours is one.");
    }

    [NeedsPeersTheory]
    [MemberData(nameof(Services))]
    public async Task Who_neither_sends_nor_reads_is_cut_off(string name)
    {
        using var service = Target(name);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var writer = await RawConnection.ToAsync(service.Grpc);
        using var reader = await RawConnection.ToAsync(service.Grpc);
        await writer.SendAsync([.. Frames.Greeting(), .. Frames.Call(1, service.Path), .. Frames.Of(FrameType.Data, 0, 1, 0)]);
        await reader.SendAsync([.. Frames.Greeting(window: 0), .. Frames.WholeCall(1, service.Path, service.Good)]);

        var ends = await Task.WhenAll(writer.EndAsync(1, limit.Token), reader.EndAsync(1, limit.Token));

        // Kestrel calls a rate that is too low INTERNAL_ERROR, where that word still gets through.
        Assert.All(ends, end => Assert.Contains(end, new[] { "goaway EnhanceYourCalm", "goaway InternalError", "closed" }));
        await service.MustAnswerAsync();
    }

    [NeedsPeersTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deadline_ends_the_call_at_the_service_too(bool isWeb)
    {
        using var service = Target("decoder");
        var request = new GenerateRequest { Count = 64, Picture = new PictureOptions { Format = PictureFormat.Png } };
        var hasty = new Messages.Case("hasty", Frames.Message(request.ToByteArray()), [], ("grpc-timeout", "5m"));

        Assert.Equal("DeadlineExceeded", await service.SendAsync(hasty, isWeb, "/facemix.decoder.v1.DecoderService/Generate"));
        await service.MustAnswerAsync();
    }

    private ServiceUnderAttack Target(string name) => name == "decoder"
        ? new(services.Decoder, "/facemix.decoder.v1.DecoderService/GetModel", new GetModelRequest { ModelVersion = KeptModel.Id }.ToByteArray())
        : new(services.LatentStore, "/facemix.latents.v1.LatentStoreService/ListModelVersions", new ListModelVersionsRequest { PageSize = 5 }.ToByteArray());

    /// <summary>What lives on the heap once all else is collected, MiB.</summary>
    private static double Memory() => GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;

    private static async Task HoldsSoonAsync(Func<bool> holds, Func<string> otherwise)
    {
        for (var second = 0; second < 30 && !holds(); second++)
            await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.True(holds(), otherwise());
    }
}
