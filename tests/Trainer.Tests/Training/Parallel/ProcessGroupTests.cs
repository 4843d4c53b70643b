using FaceMix.Trainer.Training.Parallel;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training.Parallel;

public sealed class ProcessGroupTests
{
    private const int Size = 3;

    [NeedsOpenMpi]
    public void Sums_maxima_gathered_and_broadcast_tensors_and_texts_are_the_same_in_every_process()
    {
        var results = Ranks.Run(Size, nameof(ProcessGroupTests), "collectives");

        for (var rank = 0; rank < Size; rank++)
        {
            Assert.Equal(
                [
                    rank, Size,
                    6, 60, // 1 + 2 + 3 and 10 + 20 + 30
                    0.6, // in float64
                    2, // the largest rank
                    0, 100, 1, 101, 2, 102,
                    7, 8,
                    5, // letters of "rank0"
                ],
                results[rank].Select(value => Math.Round(value, 12)));
        }
    }

    [NeedsOpenMpi]
    public void Waiting_for_a_process_that_works_takes_no_processor_time()
    {
        var results = Ranks.Run(2, nameof(ProcessGroupTests), "wait");

        Assert.True(results[1][0] >= 1.4, $"rank 1 went on after {results[1][0]} s, before rank 0 had worked");
        Assert.InRange(results[1][1], 0, 0.5);
    }

    [NeedsOpenMpi]
    public void Processes_that_see_different_things_end_and_the_one_that_differs_is_named()
    {
        var (code, said) = Ranks.Start(2, nameof(ProcessGroupTests), "differ", "nowhere");

        Assert.Equal(1, code);
        Assert.Contains("The processes differ in the faces: rank 0 has 10 of them, rank 1 has 11 of them.", said, StringComparison.Ordinal);
    }

    [NeedsOpenMpi]
    public void A_tensor_that_MPI_cannot_read_is_refused_before_anybody_waits()
    {
        Assert.All(Ranks.Run(2, nameof(ProcessGroupTests), "refuse"), refused => Assert.Equal([1, 1], refused));
    }

    [Fact]
    public void A_process_that_mpirun_has_not_started_is_alone_and_needs_no_MPI()
    {
        using var alone = ProcessGroup.Join();
        var values = tensor(new[] { 3f });

        alone.Sum(values);
        alone.Broadcast(values);
        alone.Wait();

        Assert.Equal((0, 1, null, true), (alone.Rank, alone.Size, alone.LocalRank, alone.IsFirst));
        Assert.Equal(3, values.item<float>());
        Assert.Equal([1L, 1L], alone.Gather(values).shape);
        Assert.Equal("text", alone.FromFirst(() => "text"));
        Assert.Equal(5, alone.LocalFirst(() => 5));
    }

    internal static IEnumerable<double> Work(ProcessGroup group, string[] arguments) => arguments[0] switch
    {
        "collectives" => Collectives(group),
        "wait" => Wait(group),
        "differ" => Differ(group),
        "refuse" => Refuse(group),
        _ => throw new ArgumentException(arguments[0]),
    };

    private static double[] Collectives(ProcessGroup group)
    {
        var single = tensor(new[] { group.Rank + 1f, 10 * (group.Rank + 1f) });
        group.Sum(single);
        var dbl = tensor(new[] { (group.Rank + 1) * 0.1 });
        group.Sum(dbl);
        Span<double> largest = [group.Rank];
        group.Max(largest);
        var gathered = group.Gather(tensor(new[] { group.Rank, 100f + group.Rank }));
        var first = group.IsFirst ? tensor(new[] { 7L, 8L }) : zeros(2, ScalarType.Int64);
        group.Broadcast(first);
        var text = group.FromFirst(() => $"rank{group.Rank}");
        return [
            group.Rank, group.Size, .. Values(single), .. Values(dbl), largest[0], .. Values(gathered), .. Values(first), text.Length];
    }

    private static double[] Wait(ProcessGroup group)
    {
        var (begun, processor) = (DateTime.UtcNow, Environment.CpuUsage.TotalTime);
        var result = group.LocalFirst(() =>
        {
            if (group.Rank == 0)
                Thread.Sleep(1500);
            return 0;
        });
        return [(DateTime.UtcNow - begun).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds + result];
    }

    private static double[] Differ(ProcessGroup group)
    {
        group.Agree("the colours", "red");
        group.Agree("the faces", $"{10 + group.Rank} of them");
        // Rank 0 learns of it by being ended.
        group.Wait();
        return [];
    }

    private static IEnumerable<double> Refuse(ProcessGroup group)
    {
        foreach (var wrong in new[] { ones(2, ScalarType.Int64), ones(2, 3).t() })
            yield return Assert.Throws<ArgumentException>(() => group.Sum(wrong)).ParamName == "tensor" ? 1 : 0;
    }

    private static double[] Values(Tensor tensor) => tensor.to(ScalarType.Float64).flatten().data<double>().ToArray();
}
