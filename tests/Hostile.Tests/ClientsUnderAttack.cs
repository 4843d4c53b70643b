using FaceMix.Tests.Hostile.Client;
using Xunit;
using Xunit.Abstractions;

namespace FaceMix.Tests.Hostile;

[Collection(nameof(OneAfterTheOther))]
public sealed class ClientsUnderAttack(ITestOutputHelper output)
{
    private const double Growth = 1.1;
    // So long until all of it is compiled and the pools of memory and threads are as large as they become.
    private const int WarmUp = 6000;

#if COMPAT_PACKAGES
    [Fact]
#else
    [Fact(Skip = "The packages answer otherwise in some of the cases: see compat/Grpc/README.md.")]
#endif
    public async Task Each_reply_becomes_the_status_that_the_protocol_prescribes_and_leaves_nothing_behind()
    {
        using var victim = new Victim();
        var ends = new SortedDictionary<string, int>();
        await HostileRun.RunAsync(-WarmUp, WarmUp, ReplyCases.Make, victim);
        var before = await HostileRun.WorkingSetAsync(double.MaxValue);

        var failures = await HostileRun.RunAsync(0, HostileRun.Cases, ReplyCases.Make, victim, end => ends[end] = ends.GetValueOrDefault(end) + 1);

        var after = await HostileRun.WorkingSetAsync(before * Growth);
        output.WriteLine($"seed {HostileRun.Seed}, {HostileRun.Cases} cases; working set {before >> 20} MiB before, {after >> 20} MiB after");
        output.WriteLine(string.Join('\n', ends.Select(each => $"{each.Value,8} {each.Key}")));
        Assert.True(failures.Count == 0, $"{failures.Count} cases of seed {HostileRun.Seed}:\n{string.Join('\n', failures.Take(20))}");
        Assert.True(after <= before * Growth, $"The working set grew from {before} to {after} bytes.");
    }
}
