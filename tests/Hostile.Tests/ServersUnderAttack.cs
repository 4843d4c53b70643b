using FaceMix.Tests.Hostile.Http2;
using FaceMix.Tests.Hostile.Server;
using FaceMix.Tests.Hostile.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Xunit;
using Xunit.Abstractions;

namespace FaceMix.Tests.Hostile;

[Collection(nameof(OneAfterTheOther))]
public sealed class ServersUnderAttack(ITestOutputHelper output)
{
    private const double Growth = 1.1;
    // So long until all of it is compiled and no thread or pool grows any more.
    private const int WarmUp = 4000;

#if COMPAT_PACKAGES
    [Fact]
#else
    [Fact(Skip = "The packages answer otherwise in some of the cases: see compat/Grpc/README.md.")]
#endif
    public async Task Each_case_ends_as_the_protocol_prescribes_and_leaves_nothing_behind()
    {
        await using var server = await TargetServer.StartAsync();
        using var attacker = new Attacker(server);
        var ends = new SortedDictionary<string, int>();
        await HostileRun.RunAsync(-WarmUp, WarmUp, Make, attacker);
        var before = await HostileRun.WorkingSetAsync(double.MaxValue);

        var failures = await HostileRun.RunAsync(0, HostileRun.Cases, Make, attacker, end => ends[end] = ends.GetValueOrDefault(end) + 1);

        var after = await HostileRun.WorkingSetAsync(before * Growth);
        output.WriteLine($"seed {HostileRun.Seed}, {HostileRun.Cases} cases; working set {before >> 20} MiB before, {after >> 20} MiB after");
        output.WriteLine(string.Join('\n', ends.Select(each => $"{each.Value,8} {each.Key}")));
        Assert.True(failures.Count == 0, $"{failures.Count} cases of seed {HostileRun.Seed}:\n{string.Join('\n', failures.Take(20))}");
        Assert.True(after <= before * Growth, $"The working set grew from {before} to {after} bytes.");
        using var channel = GrpcChannel.ForAddress(server.Grpc);
        Assert.Equal(0u, (await new TargetService.TargetServiceClient(channel).OneAsync(new Blob())).Number);
    }

    [Fact]
    public async Task A_thousand_half_open_streams_keep_no_one_out()
    {
        await using var server = await TargetServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Grpc);
        var client = new TargetService.TargetServiceClient(channel);
        var attackers = new List<RawClient>();
        for (var i = 0; i < 10; i++)
        {
            attackers.Add(await RawClient.ConnectAsync(server.Grpc));
            for (var stream = 0; stream < 100; stream++)
                await attackers[i].SendAsync(Frame.Headers((2 * stream) + 1, RawClient.Call("Up")));
        }

        for (var i = 0; i < 50; i++)
            Assert.Equal(0u, (await client.OneAsync(new Blob(), deadline: DateTime.UtcNow.AddSeconds(20))).Number);

        attackers.ForEach(each => each.Dispose());
    }

    [Fact]
    public async Task Who_neither_sends_nor_reads_is_cut_off_though_there_is_no_deadline()
    {
        await using var server = await TargetServer.StartAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var writer = await RawClient.ConnectAsync(server.Grpc);
        using var reader = await RawClient.ConnectAsync(server.Grpc, window: 100, opensWindows: false);
        var much = new Blob { Number = 1000, Data = ByteString.CopyFrom(new byte[1000]) }.ToByteArray();
        await writer.SendAsync([.. Frame.Headers(1, RawClient.Call("One")), .. Frame.Data(1, [0], ends: false)]);
        await reader.SendAsync([.. Frame.Headers(1, RawClient.Call("Down")), .. Frame.Data(1, Frame.Message(much), ends: true)]);

        string[] ends = await Task.WhenAll(writer.EndOfAsync(1, limit.Token), reader.EndOfAsync(1, limit.Token));

        // Kestrel calls a rate that is too low INTERNAL_ERROR, where that word still gets through.
        Assert.All(ends, end => Assert.Contains(end, new[] { "goaway EnhanceYourCalm", "goaway InternalError", Ends.Closed }));
    }

    private static Case<Attacker> Make(Random random) => random.Next(3) == 0 ? ConnectionCases.Make(random) : MessageCases.Make(random);
}

/// <summary>Memory is compared, so nothing else may run beside.</summary>
[CollectionDefinition(nameof(OneAfterTheOther), DisableParallelization = true)]
public sealed class OneAfterTheOther;
