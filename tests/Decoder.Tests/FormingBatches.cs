using FaceMix.Decoder.Batching;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FaceMix.Tests.Decoder;

public sealed class FormingBatches
{
    private const int MaxBatch = 16;
    private static readonly object[] Models = [new(), new()];

    private static readonly Arbitrary<BatchCandidate[]> Waiting = (
        from model in Gen.Elements(Models)
        from count in Gen.Choose(1, MaxBatch)
        from abandoned in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new BatchCandidate(model, count, abandoned)).ArrayOf().ToArbitrary();

    [Fact]
    public void A_batch_is_of_one_model_is_never_too_large_and_holds_nobody_who_left() => Check((waiting, plan) =>
        plan.Taken.Sum(place => waiting[place].Count) <= MaxBatch
        && plan.Taken.Select(place => waiting[place].Model).Distinct().Count() <= 1
        && !plan.Taken.Any(place => waiting[place].Abandoned));

    [Fact]
    public void All_who_left_are_dropped_and_nobody_else() => Check((waiting, plan) =>
        plan.Dropped.SequenceEqual(Enumerable.Range(0, waiting.Length).Where(place => waiting[place].Abandoned)));

    [Fact]
    public void The_oldest_is_always_taken() => Check((waiting, plan) =>
        Enumerable.Range(0, waiting.Length).Where(place => !waiting[place].Abandoned).Take(1).SequenceEqual(plan.Taken.Take(1)));

    [Fact]
    public void Nobody_is_overtaken_within_a_model() => Check((waiting, plan) =>
        plan.Taken.Count == 0 || Enumerable.Range(0, waiting.Length)
            .Where(place => !waiting[place].Abandoned && waiting[place].Model == waiting[plan.Taken[0]].Model)
            .Take(plan.Taken.Count).SequenceEqual(plan.Taken));

    [Fact]
    public void No_room_is_left_for_the_next_of_the_model() => Check((waiting, plan) =>
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

    private static void Check(Func<BatchCandidate[], BatchPlan, bool> holds) =>
        Prop.ForAll(Waiting, waiting => holds(waiting, BatchForming.Form(waiting, MaxBatch))).Check(Config.QuickThrowOnFailure);
}
