using FaceMix.Datasets;
using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Tests.Trainer.Models;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

public sealed class Bf16Tests
{
    private const string Change = "training.precision=bf16";

    public static TheoryData<string> Presets => [.. PresetReader.Names];

    [Theory]
    [MemberData(nameof(Presets))]
    public void The_first_step_of_every_preset_agrees_with_float32_but_for_the_products_digits(string name)
    {
        set_num_threads(1);
        var preset = EveryPreset.Narrow(name);
        using var shorter = new TrainingRun(preset with { Training = preset.Training with { Precision = Precision.Bf16 } }, 2);
        using var whole = new TrainingRun(preset, 2);
        using var source = EveryPreset.Faces(4, 8, preset.Model);
        var pixels = source.ReadSpread(8);

        var (report, expected) = (shorter.Step(pixels, 8, default, 0.5), whole.Step(pixels, 8, default, 0.5));

        Assert.False(report.Skipped);
        Assert.NotEqual(expected.Total, report.Total);
        Assert.Equal(expected.Total, report.Total, Math.Abs(expected.Total) * 0.02);
        foreach (var (wanted, term) in expected.Terms.Zip(report.Terms))
            Assert.True(Math.Abs(term.Value - wanted.Value) <= (0.05 * Math.Abs(wanted.Value)) + 0.01, $"{term.Name} is {term.Value}, not {wanted.Value}");
        // The gradient of all parameters together points the same way.
        Assert.InRange(Cosine(Gradients(whole), Gradients(shorter)), 0.95, 1.000001);
        Assert.All(
            shorter.Model.parameters().Concat<Tensor>(shorter.Model.buffers()).Concat(shorter.Optimizer.Moments.Select(moments => moments.Mean)).Concat(shorter.Average.Averages.Select(pair => pair.Average)),
            array => Assert.Equal(ScalarType.Float32, array.dtype));
    }

    [Fact]
    public void A_run_learns_as_it_does_in_float32_though_not_to_the_last_digit()
    {
        set_num_threads(1);
        using var run = new TrainingRun(TinyRun.Preset(Change), TinyRun.Seed);
        using var whole = new TrainingRun(TinyRun.Preset(), TinyRun.Seed);

        var (losses, expected) = (Losses(run, 40), Losses(whole, 40));

        Assert.NotEqual(expected[0], losses[0]);
        Assert.Equal(expected[0], losses[0], expected[0] * 0.01);
        Assert.True(losses[^5..].Average() < losses[..5].Average() * 0.8, string.Join(' ', losses));
        Assert.Equal(expected[^5..].Average(), losses[^5..].Average(), expected[0] * 0.1);
    }

    [Fact]
    public void A_run_in_bf16_goes_on_exactly_from_a_checkpoint()
    {
        using var folder = new TemporaryFolder();
        set_num_threads(1);
        using var whole = new TrainingRun(TinyRun.Preset(Change), TinyRun.Seed);
        TinyRun.StepUntil(whole, 4, planned: 8);
        Checkpoint.Save(whole, folder.File("checkpoint"));
        TinyRun.StepUntil(whole, 8, planned: 8);

        using var second = new TrainingRun(TinyRun.Preset(Change), TinyRun.Seed);
        Checkpoint.Load(second, folder.File("checkpoint"));
        TinyRun.StepUntil(second, 8, planned: 8);

        var weights = Weights.Of(whole.Model);
        foreach (var (name, weight) in Weights.Of(second.Model).Values)
            Assert.Equal(weights[name].Values, weight.Values);
    }

    [Fact]
    public void Every_kind_of_term_is_as_in_float32_but_for_the_networks_digits()
    {
        set_num_threads(1);
        string[] changes = ["loss.ms_ssim=0.5", "loss.mse=1", "loss.free_bits=0.05", "perceptual.weight=0.5", "adversarial.weight=0.1", "adversarial.width=4", "adversarial.start_step=0"];
        var (terms, expected) = (Terms([.. changes, Change]), Terms(changes));

        Assert.Equal(expected.Select(term => term.Name), terms.Select(term => term.Name));
        Assert.Contains(terms, term => term.Name == "perceptual");
        foreach (var (wanted, term) in expected.Zip(terms))
            Assert.True(Math.Abs(term.Value - wanted.Value) <= (0.05 * Math.Abs(wanted.Value)) + 0.01, $"{term.Name} is {term.Value}, not {wanted.Value}");
    }

    private static IReadOnlyList<TermValue> Terms(string[] changes)
    {
        using var run = new TrainingRun(TinyRun.Preset(changes), 1);
        run.Perceptual = new JudgeNetwork(new Judge(32, 5), 32, "judge-test");
        using var source = TinyRun.Faces(16);
        var report = run.Step(source.ReadSpread(16), 16, default, 0.5);
        Assert.False(report.Skipped);
        return report.Terms;
    }

    private static List<double> Losses(TrainingRun run, int steps)
    {
        using var source = TinyRun.Faces(16);
        var pixels = source.ReadSpread(16);
        return [.. Enumerable.Range(0, steps).Select(_ => run.Step(pixels, 16, default, 0.5).Total)];
    }

    private static double[] Gradients(TrainingRun run) =>
        [.. run.Model.parameters().SelectMany(parameter => parameter.grad!.contiguous().data<float>().ToArray()).Select(value => (double)value)];

    private static double Cosine(double[] a, double[] b)
    {
        double Dot(double[] x, double[] y) => x.Zip(y, (left, right) => left * right).Sum();
        return Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
    }
}
