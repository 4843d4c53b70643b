using FaceMix.Decoder.Batching;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace FaceMix.Tests.Decoder;

[Properties(Arbitrary = [typeof(Queues)])]
public sealed class BatchFormingTests
{
    private const int MaxBatch = 16;
    private static readonly object[] Models = [new(), new()];

    [Property]
    public bool A_batch_is_of_one_model_is_never_too_large_and_holds_nobody_who_left(Queue queue) => queue.Holds((waiting, plan) =>
        plan.Taken.Sum(place => waiting[place].Count) <= MaxBatch
        && plan.Taken.Select(place => waiting[place].Model).Distinct().Count() <= 1
        && !plan.Taken.Any(place => waiting[place].Abandoned));

    [Property]
    public bool All_who_left_are_dropped_and_nobody_else(Queue queue) => queue.Holds((waiting, plan) =>
        plan.Dropped.SequenceEqual(Enumerable.Range(0, waiting.Length).Where(place => waiting[place].Abandoned)));

    [Property]
    public bool The_oldest_is_always_taken(Queue queue) => queue.Holds((waiting, plan) =>
        Enumerable.Range(0, waiting.Length).Where(place => !waiting[place].Abandoned).Take(1).SequenceEqual(plan.Taken.Take(1)));

    [Property]
    public bool Nobody_is_overtaken_within_a_model(Queue queue) => queue.Holds((waiting, plan) =>
        plan.Taken.Count == 0 || Enumerable.Range(0, waiting.Length)
            .Where(place => !waiting[place].Abandoned && waiting[place].Model == waiting[plan.Taken[0]].Model)
            .Take(plan.Taken.Count).SequenceEqual(plan.Taken));

    [Property]
    public bool No_room_is_left_for_the_next_of_the_model(Queue queue) => queue.Holds((waiting, plan) =>
    {
        var next = waiting.Where((entry, place) => plan.Taken.Count > 0 && place > plan.Taken[^1] && !entry.Abandoned && entry.Model == waiting[plan.Taken[0]].Model).Take(1);
        return next.All(entry => plan.Taken.Sum(place => waiting[place].Count) + entry.Count > MaxBatch);
    });

    [Fact]
    public void An_entry_larger_than_a_batch_runs_alone()
    {
        var plan = BatchForming.Form([new(Models[0], 40, false), new(Models[0], 1, false)], MaxBatch);

        Assert.Equal([0], plan.Taken);
    }

    /// <summary>Entries that wait, and the plan for them.</summary>
    public sealed record Queue(BatchCandidate[] Waiting)
    {
        public bool Holds(Func<BatchCandidate[], BatchPlan, bool> rule) => rule(Waiting, BatchForming.Form(Waiting, MaxBatch));
    }

    public static class Queues
    {
        public static Arbitrary<Queue> Any() => (
            from model in Gen.Elements(Models)
            from count in Gen.Choose(1, MaxBatch)
            from abandoned in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
            select new BatchCandidate(model, count, abandoned)).ArrayOf().Select(waiting => new Queue(waiting)).ToArbitrary();
    }
}
