using FaceMix.ModelStore;
using FaceMix.Trainer;
using FaceMix.Trainer.Sweeps;
using FaceMix.Trainer.Training;
using Xunit;

namespace FaceMix.Tests.Trainer.Sweeps;

public sealed class SweepPlanTests
{
    private static readonly RunRequest s_request = new() { Data = "drawn", Seed = 1, Count = 2000 };

    [Fact]
    public void Every_combination_is_a_run_and_its_name_says_what_tells_it_from_the_others()
    {
        var plan = Plan("loss.kl=0.1,4", "training.batch=16,32", "training.epochs=3");

        Assert.Equal(["kl=0.1 batch=16", "kl=0.1 batch=32", "kl=4 batch=16", "kl=4 batch=32"], plan.Combinations.Select(one => one.Label));
        Assert.Equal("facemix-32-tiny-kl-0.1-batch-32", plan.Combinations[1].Name);
        Assert.Equal(["loss.kl=0.1", "training.batch=32", "training.epochs=3"], plan.Combinations[1].Changes);
        Assert.Equal((0.1, 32, 3), (plan.Presets[1].Loss.Kl, plan.Presets[1].Training.Batch, plan.Presets[1].Training.Epochs));
        Assert.Equal(plan.Combinations.Select(one => one.Name), plan.Presets.Select(preset => preset.Name));
    }

    [Fact]
    public void Keys_whose_last_words_are_the_same_are_named_whole()
    {
        var plan = Plan("adversarial.weight=0,0.1", "perceptual.weight=0,0.5");

        Assert.Equal("adversarial.weight=0.1 perceptual.weight=0", plan.Combinations[2].Label);
        Assert.Equal(4, plan.Combinations.Select(one => one.Name).Distinct().Count());
    }

    [Fact]
    public void Values_that_cannot_stand_in_a_name_and_names_that_are_too_long_still_give_names_that_differ()
    {
        var plan = Plan("model.encoder=[8,16,16],[16,16,16]", "training.checkpoint_seconds=10,20", "training.checkpoint_epochs=1,2", "training.keep_checkpoints=1,2");

        Assert.StartsWith("facemix-32-tiny-encoder--8-16-16--checkpoint_seconds-10-", plan.Combinations[0].Name, StringComparison.Ordinal);
        Assert.Equal(16, plan.Combinations.Select(one => one.Name).Distinct().Count());
        Assert.All(plan.Combinations, one => ModelVersionId.CheckName(one.Name));
    }

    [Fact]
    public void The_same_sweep_has_the_same_name_and_any_other_another()
    {
        var name = Plan("loss.kl=0.1,4").Name;

        Assert.Equal(name, Plan("loss.kl=0.1,4").Name);
        string[] others = [
            Plan("loss.kl=0.1,5").Name,
            Plan("loss.kl=0.1,4", "training.batch=32").Name,
            new SweepPlan("facemix-32-tiny", [SweepAxis.Parse("loss.kl=0.1,4")], s_request with { Seed = 2 }).Name,
            new SweepPlan("facemix-32-tiny", [SweepAxis.Parse("loss.kl=0.1,4")], s_request with { MaxTimeSeconds = 60 }).Name];
        Assert.DoesNotContain(name, others);
    }

    [Theory]
    [InlineData("there is no key \"loss.kk\"", "loss.kk=1,2")]
    [InlineData("training.batch is 1", "training.batch=16,1")]
    [InlineData("--set loss.kl is given twice; write all its values in one", "loss.kl=1", "loss.kl=2")]
    [InlineData("5 × 5 × 3 values are 75 runs; a sweep has 64 at most.", "loss.kl=1,2,3,4,5", "loss.l1=1,2,3,4,5", "training.batch=2,4,8")]
    public void What_one_of_the_runs_would_refuse_is_refused_before_the_first(string reason, params string[] axes) =>
        Assert.Contains(reason, Assert.Throws<UsageException>(() => Plan(axes)).Message, StringComparison.Ordinal);

    private static SweepPlan Plan(params string[] axes) => new("facemix-32-tiny", [.. axes.Select(SweepAxis.Parse)], s_request);
}
