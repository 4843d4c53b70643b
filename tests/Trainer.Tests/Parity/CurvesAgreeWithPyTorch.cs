using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FaceMix.ModelStore;
using FaceMix.Trainer.Data.Drawn;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Training;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Parity;

/// <summary>
/// From one state, on the same pictures and noise, 200 steps of a preset give the losses that the same model gives in
/// PyTorch, the one that the benchmarks train. The presets are made narrow, and compute in float64: in float32 the last
/// bits of two sums that are added in different order grow from step to step, whoever adds them.
/// </summary>
public sealed class CurvesAgreeWithPyTorch(ITestOutputHelper output)
{
    private const int Steps = 200;
    private const double Tolerance = 1e-4;

    /// <summary>Set to 1, the presets keep their widths; in float64 the distribution's libtorch takes hours for that.</summary>
    private const string FullSize = "FACEMIX_FULL_CURVES";

    // Its own rate is 3e-3 after a warm-up; without one, absolute errors and that rate make the last bits grow by 10^14 within 200 steps.
    [NeedsPythonTorch]
    public void The_curve_of_facemix_64_is_the_same() => Compare("facemix-64", "facemix-64", ["model.image_size=32", "model.encoder=[6, 8, 12]", "model.decoder=[12, 8, 6]", "model.latent=8", "model.style=8", "training.learning_rate=5e-4"]);

    [NeedsPythonTorch]
    public void The_curve_of_anime_64_is_the_same() => Compare("anime-64", "anime-64", ["model.image_size=32", "model.encoder=[3, 4, 6, 8, 12]", "model.decoder=[12, 8, 6, 4, 3]", "model.hidden=24", "model.latent=16", "loss.kl=0.0625"]);

    [NeedsPythonTorch]
    public void The_curve_of_ffhq_conv_96_is_the_same() => Compare("ffhq-conv-96", "ffhq-conv-96", ["model.image_size=32", "model.encoder=[4, 6, 8, 12, 16]", "model.decoder=[16, 12, 8, 6, 4]", "model.hidden=24", "model.latent=8"]);

    private void Compare(string name, string python, string[] narrow)
    {
        var full = Environment.GetEnvironmentVariable(FullSize) == "1";
        var preset = PresetReader.Read(name, full ? [] : narrow);
        using var folder = new TemporaryFolder();
        set_num_threads(1);
        manual_seed(11);
        using var model = new FaceModel(preset.Model);
        const int faces = 8;
        var (size, latent) = (preset.Model.ImageSize, preset.Model.Latent);
        var pixels = Measurement.ReadFaces(new DrawnSource(5, faces, size), faces);
        var noise = Noise.Normal(9, 0, Steps * faces * latent);
        SafetensorsWriter.Write(
            folder.File("in"),
            [
                .. Weights.Of(model).Values.Select(pair => SafetensorsTensor.Of($"weight/{pair.Key}", pair.Value.Shape, pair.Value.Values)),
                SafetensorsTensor.Of("pixels", [faces, size, size, 3], pixels),
                SafetensorsTensor.Of("noise", [Steps, faces, latent], noise),
            ],
            Settings(python, preset));

        var watch = Stopwatch.StartNew();
        var losses = Train(model.to(ScalarType.Float64), preset, Pixels.ToTensor(pixels, faces, model).to(ScalarType.Float64), noise);
        var ours = watch.Elapsed;
        RunPython(folder.File("in"), folder.File("out"));
        var expected = JsonSerializer.Deserialize<double[]>(File.ReadAllText(folder.File("out")))!;
        var worst = losses.Zip(expected, (a, b) => Math.Abs(a - b) / Math.Abs(b)).ToList();
        output.WriteLine(FormattableString.Invariant(
            $"{name}: {losses[0]} -> {losses[^1]} ({expected[^1]}); the worst step is {worst.IndexOf(worst.Max())} with {worst.Max():E2}; {worst.TakeWhile(off => off <= Tolerance).Count()} steps within {Tolerance}; {ours.TotalSeconds:0.0} s beside {(watch.Elapsed - ours).TotalSeconds:0.0} s"));
        Assert.Equal(Steps, losses.Count);
        Assert.True(losses[^1] < 0.9 * losses[0], $"Nothing was learnt: {losses[0]} -> {losses[^1]}.");
        Assert.True(worst.Max() <= Tolerance, $"The loss of step {worst.IndexOf(worst.Max())} is off by {worst.Max():E2} of itself.");
    }

    private static List<double> Train(FaceModel model, Preset preset, Tensor target, float[] noise)
    {
        var training = preset.Training;
        var loss = new VaeLoss(preset.Loss, model.Network.Range);
        using OptimizerHelper optimizer = training.Optimizer == OptimizerKind.Adamw
            ? optim.AdamW(model.parameters(), training.LearningRate, training.Beta1, training.Beta2, training.Epsilon, weight_decay: 0)
            : optim.Adam(model.parameters(), training.LearningRate, training.Beta1, training.Beta2, training.Epsilon);
        var losses = new List<double>();
        var count = noise.Length / Steps;
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            var drawn = tensor(noise.AsSpan(step * count, count).ToArray(), [target.shape[0], count / target.shape[0]]).to(target.dtype);
            var (total, _) = loss.Compute(model.call(target, drawn), target, progress: 1);
            optimizer.zero_grad();
            total.backward();
            if (training.ClipNorm > 0)
                nn.utils.clip_grad_norm_(model.parameters(), training.ClipNorm);
            optimizer.step();
            losses.Add(total.to(ScalarType.Float64).item<double>());
        }
        return losses;
    }

    private static Dictionary<string, string> Settings(string python, Preset preset)
    {
        var (model, training) = (preset.Model, preset.Training);
        var both = new Dictionary<string, object> { ["latent"] = model.Latent };
        if (model.Hidden > 0)
            (both["hidden"], both["size"]) = (model.Hidden, model.ImageSize);
        var encoder = new Dictionary<string, object>(both) { ["channels"] = model.Encoder };
        var decoder = new Dictionary<string, object>(both) { ["channels"] = model.Decoder };
        if (model.Hidden == 0)
            decoder["width"] = model.Style;
        string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        return new()
        {
            ["model"] = python,
            ["widths"] = JsonSerializer.Serialize(new { encoder, decoder }),
            ["dtype"] = "float64",
            ["optimizer"] = $"{training.Optimizer}",
            ["learning_rate"] = Number(training.LearningRate),
            ["beta1"] = Number(training.Beta1),
            ["beta2"] = Number(training.Beta2),
            ["epsilon"] = Number(training.Epsilon),
            ["clip_norm"] = Number(training.ClipNorm),
        };
    }

    private static void RunPython(string source, string target)
    {
        var info = new ProcessStartInfo(NeedsPythonAttribute.Python, [Repository.PathOf("tests", "Trainer.Tests", "Parity", "curves.py"), source, target])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
