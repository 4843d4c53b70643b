using FaceMix.Trainer.Presets;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Parity;

/// <summary>
/// From one state, on the same pictures and noise, 200 steps of a preset give the losses that the same model gives in PyTorch. The presets
/// are made narrow, and compute in float64: in float32 the last bits of two sums that are added in different order grow from step
/// to step, whoever adds them. The whole widths are <c>./facemix bench curves</c>.
/// </summary>
public sealed class CurvesAgreeWithPyTorch(ITestOutputHelper output)
{
    private const int Steps = 200;
    private const double Tolerance = 1e-4;

    [NeedsPythonTorch]
    public void The_curve_of_facemix_64_is_the_same() => Compare("facemix-64", ["model.image_size=32", "model.encoder=[6, 8, 12]", "model.decoder=[12, 8, 6]", "model.latent=8", "model.style=8"]);

    [NeedsPythonTorch]
    public void The_curve_of_anime_64_is_the_same() => Compare("anime-64", ["model.image_size=32", "model.encoder=[3, 4, 6, 8, 12]", "model.decoder=[12, 8, 6, 4, 3]", "model.hidden=24", "model.latent=16", "loss.kl=0.0625"]);

    [NeedsPythonTorch]
    public void The_curve_of_ffhq_conv_96_is_the_same() => Compare("ffhq-conv-96", ["model.image_size=32", "model.encoder=[4, 6, 8, 12, 16]", "model.decoder=[16, 12, 8, 6, 4]", "model.hidden=24", "model.latent=8"]);

    private void Compare(string name, string[] narrow)
    {
        set_num_threads(1);
        using var curve = new Curve(PresetReader.Read(name, [.. narrow, "training.batch=8"]), name, Steps);
        var losses = curve.Ours(ScalarType.Float64);
        var expected = curve.Python(ScalarType.Float64, new PythonSettings());
        var off = losses.Zip(expected, (a, b) => Math.Abs(a - b) / Math.Abs(b)).ToList();
        output.WriteLine(FormattableString.Invariant($"{name}: {losses[0]} -> {losses[^1]} ({expected[^1]}); the worst step is {off.IndexOf(off.Max())} with {off.Max():E2}"));

        Assert.Equal(Steps, losses.Count);
        Assert.True(losses[^1] < 0.9 * losses[0], $"Nothing was learnt: {losses[0]} -> {losses[^1]}.");
        Assert.True(off.Max() <= Tolerance, $"The loss of step {off.IndexOf(off.Max())} is off by {off.Max():E2} of itself.");
    }
}
