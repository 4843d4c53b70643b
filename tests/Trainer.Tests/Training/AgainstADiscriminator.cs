using FaceMix.Datasets;
using FaceMix.Networks;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

public sealed class AgainstADiscriminator
{
    private static readonly string[] s_adversarial = ["adversarial.weight=0.1", "adversarial.width=4", "adversarial.start_step=2"];

    [Theory]
    [InlineData("hinge")]
    [InlineData("lsgan")]
    public void It_joins_at_its_step_and_goes_on_exactly_from_a_checkpoint(string loss)
    {
        using var folder = new TemporaryFolder();
        set_num_threads(1);
        string[] changes = [.. s_adversarial, $"adversarial.loss={loss}"];
        using var whole = new TrainingRun(TinyRun.Preset(changes), TinyRun.Seed);
        TinyRun.StepUntil(whole, 4, planned: 8);
        Checkpoint.Save(whole, folder.File("checkpoint"));
        TinyRun.StepUntil(whole, 8, planned: 8);

        using var second = new TrainingRun(TinyRun.Preset(changes), TinyRun.Seed);
        TinyRun.StepUntil(second, 1, planned: 8);
        Checkpoint.Load(second, folder.File("checkpoint"));
        TinyRun.StepUntil(second, 8, planned: 8);

        var (expected, actual) = (Weights.Of(whole.Adversary!.Discriminator), Weights.Of(second.Adversary!.Discriminator));
        foreach (var (name, weight) in expected.Values)
            Assert.Equal(weight.Values, actual[name].Values);
        Assert.Equal(Weights.Of(whole.Model)["decoder.dense.weight"].Values, Weights.Of(second.Model)["decoder.dense.weight"].Values);
    }

    [Fact]
    public void It_learns_to_tell_painted_from_real_at_three_scales()
    {
        using var scope = NewDisposeScope();
        using var adversary = new Adversary(new AdversarialOptions { Weight = 1, Width = 8, LearningRate = 2e-3 }, TinyRun.Preset().Model);
        var real = ones(4, 3, 32, 32) * 0.5;
        var painted = real + (randn([4, 3, 32, 32]) * 0.3);

        var first = adversary.Step(real, painted);
        for (var step = 0; step < 30; step++)
            adversary.Step(real, painted);

        Assert.Equal(3, adversary.Discriminator.call(real).Count);
        Assert.True(adversary.Step(real, painted) < first * 0.8);
    }

    [Fact]
    public void Its_verdict_is_a_term_of_its_own_and_so_is_its_loss()
    {
        using var run = new TrainingRun(TinyRun.Preset([.. s_adversarial, "adversarial.start_step=0"]), 1);
        using var source = TinyRun.Faces(16);

        var report = run.Step(source.ReadSpread(16), 16, default, 0.5);

        Assert.Equal(0.1, report.Terms.Single(term => term.Name == "adversarial").Weight);
        Assert.Equal(0, report.Terms.Single(term => term.Name == "discriminator").Weight);
    }

    [Fact]
    public void A_gradient_beyond_the_threshold_is_skipped_and_counted()
    {
        using var run = new TrainingRun(TinyRun.Preset("training.skip_norm=0.0001"), 1);
        using var source = TinyRun.Faces(16);
        var before = Weights.Of(run.Model);

        var report = run.Step(source.ReadSpread(16), 16, default, 0.5);

        Assert.True(report.Skipped && double.IsFinite(report.GradientNorm));
        Assert.Equal(1, run.State.Skipped);
        Assert.Equal(before["decoder.dense.weight"].Values, Weights.Of(run.Model)["decoder.dense.weight"].Values);
    }

    [Fact]
    public void Epochs_are_counted_in_steps()
    {
        var training = new TrainingOptions { Batch = 8, Epochs = 3 };

        Assert.Equal(3 * 12, RunLimits.Of(null, training, faces: 100).MaxSteps);
        Assert.Equal(20, RunLimits.Of(null, training with { MaxSteps = 20 }, faces: 100).MaxSteps);
        Assert.Equal(3, RunLimits.Of(null, training, faces: 5).MaxSteps);
        Assert.Equal(0, RunLimits.Of(null, new TrainingOptions(), faces: 5).MaxSteps);
    }
}
