#if COMPAT_PACKAGES
using System.Globalization;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

/// <summary>Runs alone: it changes the process's default type.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class InFloat64
{
    public const string Name = "in float64";
}

[Collection(InFloat64.Name)]
public sealed class StepsThatStay : IDisposable
{
    private const int Steps = 12;

    // A bias before a batch norm has a gradient of rounding alone, which Adam would make as large as any other.
    private const string BiasesBeforeNorms = "training.epsilon=1e-4";

    public StepsThatStay()
    {
        set_num_threads(1);
        set_default_dtype(ScalarType.Float64);
    }

    public void Dispose() => set_default_dtype(ScalarType.Float32);

    [Theory]
    [InlineData("loss.kl_schedule.shape=constant", "training.optimizer=adamw")]
    [InlineData("loss.kl_schedule.shape=linear", "training.optimizer=adam", "training.weight_decay=0.01")]
    [InlineData("loss.kl_schedule.shape=stepped", "loss.kl_schedule.step=0.1", "loss.kl=0.5", "training.optimizer=adamw", "training.weight_decay=0.1")]
    [InlineData("loss.kl_schedule.shape=cyclical", "loss.kl_schedule.cycles=3", "training.clip_norm=0.05", "training.ema=0.5")]
    [InlineData("training.clip_norm=0", "training.input_noise=0.1", "loss.free_bits=0.05", "loss.kl_balancing=true")]
    [InlineData("loss.ms_ssim=0.5", "loss.ms_ssim_window=5")]
    [InlineData("perceptual.weight=2")]
    [InlineData("model.architecture=beta-vae", "model.encoder=[4,6,8]", "model.decoder=[8,6,4]", "model.dropout=0.2", "loss.lower_levels=0", BiasesBeforeNorms)]
    [InlineData("model.architecture=face-mixing", "model.encoder=[4,6,8]", "model.decoder=[8,6,4,4]", "loss.halving=bicubic", "loss.reduction=sum", BiasesBeforeNorms)]
    public void In_float64_they_do_what_other_steps_do(params string[] changes) => Compare(changes);

    [Fact]
    public void Steps_whose_gradient_is_too_long_are_the_same_ones()
    {
        using var still = new TrainingRun(TinyRun.Preset("training.skip_norm=1e-9"), TinyRun.Seed);
        var norms = Walk(still, 3).Select(report => report.GradientNorm).ToList();
        var between = (norms.Min() + norms.Max()) / 2;

        // So slowly that each batch keeps about the gradient it has at first.
        var skipped = Compare($"training.skip_norm={between.ToString(CultureInfo.InvariantCulture)}", "training.learning_rate=1e-5");

        Assert.InRange(skipped, 1, Steps - 1);
    }

    private static TrainingRun Run(string[] changes)
    {
        var run = new TrainingRun(TinyRun.Preset(changes), TinyRun.Seed);
        if (run.Preset.Perceptual.Weight > 0)
        {
            manual_seed(1);
            run.Perceptual = new JudgeNetwork(new Judge(32, 5), 32, "judge-test");
        }
        return run;
    }

    private static long Compare(params string[] changes)
    {
        using var other = Run(changes);
        using var stays = Run(changes);
        stays.FixSteps(record: false, _ => { });

        var expected = Walk(other, Steps);
        var actual = Walk(stays, Steps);

        Assert.Equal(other.State, stays.State);
        foreach (var (a, b) in expected.Zip(actual))
        {
            Assert.Equal((a.Skipped, a.LearningRate), (b.Skipped, b.LearningRate));
            Near(a.Total, b.Total);
            Near(a.GradientNorm, b.GradientNorm);
            Assert.Equal(a.Terms.Select(term => (term.Name, term.Weight)), b.Terms.Select(term => (term.Name, term.Weight)));
            foreach (var (x, y) in a.Terms.Zip(b.Terms))
                Near(x.Value, y.Value);
        }
        Near(Numbers(other), Numbers(stays));
        return stays.State.Skipped;
    }

    [Fact]
    public void A_step_that_is_not_finite_leaves_weights_statistics_moments_and_averages_as_they_were_and_is_not_counted_by_Adam()
    {
        using var other = new TrainingRun(TinyRun.Preset(), TinyRun.Seed);
        using var stays = new TrainingRun(TinyRun.Preset(), TinyRun.Seed);
        stays.FixSteps(record: false, _ => { });
        foreach (var run in new[] { other, stays })
        {
            Walk(run, 2);
            var weight = run.Model.named_parameters().First(pair => pair.name == "encoder.convs.0.weight").parameter;
            using var kept = weight.detach().clone();
            Put(weight, full_like(kept, double.NaN));
            Walk(run, 1);
            Put(weight, kept);
            Walk(run, 2);
        }

        Assert.Equal((5, 1), (stays.State.Step, stays.State.Skipped));
        Assert.Equal(other.State, stays.State);
        Near(Numbers(other), Numbers(stays));
        Assert.All(Moments.Of(stays.Optimizer), state => Assert.Equal(4, state.Steps));
    }

    [Fact]
    public void A_smaller_batch_between_them_is_a_step_of_the_other_kind()
    {
        using var other = new TrainingRun(TinyRun.Preset(), TinyRun.Seed);
        using var stays = new TrainingRun(TinyRun.Preset(), TinyRun.Seed);
        stays.FixSteps(record: false, _ => { });
        using var source = TinyRun.Faces(6);
        var few = Measurement.ReadFaces(source, 6);
        foreach (var run in new[] { other, stays })
        {
            Walk(run, 2);
            run.Step(few, 6, default, 0.5);
            Walk(run, 2);
        }

        Near(Numbers(other), Numbers(stays));
    }

    private static List<StepReport> Walk(TrainingRun run, int steps)
    {
        var batch = run.Preset.Training.Batch;
        using var source = TinyRun.Faces(batch * 3);
        var pixels = Measurement.ReadFaces(source, batch * 3).Chunk(batch * 32 * 32 * 3).ToList();
        return [.. Enumerable.Range(0, steps).Select(i => run.Step(pixels[i % 3], batch, new(i / 3, i % 3), run.State.Step / (double)Steps))];
    }

    private static void Put(Tensor parameter, Tensor values)
    {
        using var noGrad = no_grad();
        parameter.copy_(values);
    }

    // Weights, averages and both moments.
    private static double[] Numbers(TrainingRun run) =>
    [
        .. run.Model.parameters().Cast<Tensor>().Concat(run.Model.buffers()).Concat(run.Average.Averages.Select(pair => pair.Average))
            .Concat(Moments.Of(run.Optimizer).SelectMany(state => new[] { state.Mean, state.Square }))
            .SelectMany(tensor => tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray()),
    ];

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-12);
    }

    private static void Near(double expected, double actual)
    {
        if (!double.IsNaN(expected) || !double.IsNaN(actual))
            Assert.InRange(Math.Abs(expected - actual), 0, 1e-12 * Math.Max(1, Math.Abs(expected)));
    }
}
#endif
