using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.ModelStore.Safetensors;
using FaceMix.Networks;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Parity;

/// <summary>What PyTorch is told to compute with; the numbers are the same but for their last bits.</summary>
/// <param name="Threads">Of OpenMP and of the BLAS.</param>
/// <param name="ChannelsLast">How maps and kernels lie in memory.</param>
/// <param name="OneDnn">Whether convolutions may use oneDNN.</param>
internal sealed record PythonSettings(int Threads = 1, bool ChannelsLast = false, bool OneDnn = true);

/// <summary>
/// The losses of a preset's first steps, from one state, on the same pictures and noise: by the Trainer's own step, and by the
/// same model in PyTorch, the one that the benchmarks train. Learning rates are those of the preset's beginning, its warm-up included.
/// </summary>
internal sealed class Curve : IDisposable
{
    private const ulong Seed = 11;

    private readonly TemporaryFolder _folder = new();
    private readonly Preset _preset;
    private readonly string _python;
    private readonly int _steps;
    private readonly byte[] _pixels;
    private readonly Weights _first;

    /// <param name="preset">Of which <paramref name="python"/> has the same model; its KL weight is taken without a warm-up.</param>
    /// <param name="python">A module beside the benchmarks of training.</param>
    /// <param name="steps">How many losses there will be.</param>
    public Curve(Preset preset, string python, int steps)
    {
        _preset = preset with { Loss = preset.Loss with { KlWarmup = 0 } };
        (_python, _steps) = (python, steps);
        var (faces, size, latent) = (preset.Training.Batch, preset.Model.ImageSize, preset.Model.Latent);
        _pixels = new SyntheticSource(5, faces, size).ReadSpread(faces);
        using var run = new TrainingRun(_preset, Seed);
        _first = Weights.Of(run.Model);
        SafetensorsWriter.Write(
            _folder.File("in"),
            [
                .. _first.Values.Select(pair => SafetensorsTensor.Of($"weight/{pair.Key}", pair.Value.Shape, pair.Value.Values)),
                SafetensorsTensor.Of("pixels", [faces, size, size, 3], _pixels),
                SafetensorsTensor.Of("noise", [steps, faces, latent], [.. Enumerable.Range(0, steps).SelectMany(step => Noise.Normal(Seed, step, faces * latent))]),
            ],
            Settings());
    }

    /// <param name="type">Float32 or Float64.</param>
    public IReadOnlyList<double> Ours(ScalarType type)
    {
        var before = get_default_dtype();
        set_default_dtype(type);
        try
        {
            using var run = new TrainingRun(_preset, Seed);
            Begin(run.Model);
            return [.. Enumerable.Range(0, _steps).Select(_ => run.Step(_pixels, _preset.Training.Batch, default, progress: 0).Total)];
        }
        finally
        {
            set_default_dtype(before);
        }
    }

    // Numbers drawn in another type are others.
    private void Begin(nn.Module model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, array) in model.named_parameters().Select(named => (named.name, (Tensor)named.parameter)).Concat(model.named_buffers()))
            array.copy_(tensor(_first[name].Values, [.. _first[name].Shape], dtype: ScalarType.Float32));
    }

    /// <param name="type">Float32 or Float64.</param>
    /// <param name="settings">How it computes.</param>
    /// <exception cref="InvalidOperationException">The script failed; the message is what it said.</exception>
    public IReadOnlyList<double> Python(ScalarType type, PythonSettings settings)
    {
        var info = new ProcessStartInfo(PythonScript.Interpreter, [
            Repository.PathOf("tests", "Trainer.Tests", "Parity", "curves.py"), _folder.File("in"), _folder.File("out"), $"{type}".ToLowerInvariant(),
            $"{settings.Threads}", $"{settings.ChannelsLast}", $"{settings.OneDnn}"])
        {
            RedirectStandardError = true,
        };
        info.Environment["OMP_NUM_THREADS"] = info.Environment["OPENBLAS_NUM_THREADS"] = $"{settings.Threads}";
        // Threads that wait for work would otherwise spin, and beside another load hardly come on.
        info.Environment["OMP_WAIT_POLICY"] = "passive";
        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<double[]>(File.ReadAllText(_folder.File("out")))!
            : throw new InvalidOperationException(error);
    }

    public void Dispose() => _folder.Dispose();

    private Dictionary<string, string> Settings()
    {
        var (model, training) = (_preset.Model, _preset.Training);
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
            ["model"] = _python,
            ["widths"] = JsonSerializer.Serialize(new { encoder, decoder }),
            ["optimizer"] = $"{training.Optimizer}",
            ["learning_rates"] = JsonSerializer.Serialize(Enumerable.Range(0, _steps).Select(step => LearningRate.At(training, step, 0))),
            ["beta1"] = Number(training.Beta1),
            ["beta2"] = Number(training.Beta2),
            ["epsilon"] = Number(training.Epsilon),
            ["clip_norm"] = Number(training.ClipNorm),
        };
    }
}
