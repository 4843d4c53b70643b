using System.Globalization;
using FaceMix.ModelStore;
using FaceMix.Trainer.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>
/// A run in one safetensors file, replaced by a rename: weights, their average, the optimizer's moments, and in the
/// file's notes how far the run has come. Noise and data order are functions of seed and step, so nothing else is needed.
/// </summary>
public static class Checkpoint
{
    public const string FileName = "checkpoint.safetensors";

    private const string Format = "facemix-checkpoint-1";

    public static void Save(TrainingRun run, string path)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var tensors = new List<SafetensorsTensor>();
        foreach (var (name, tensor) in WeightAverage.Floating(run.Model))
            tensors.Add(Store($"model/{name}", tensor));
        foreach (var (name, average) in run.Average.Averages)
            tensors.Add(Store($"average/{name}", average));
        var steps = new List<string>();
        foreach (var (name, state) in Moments(run))
        {
            tensors.Add(Store($"adam/{name}/exp_avg", state.exp_avg));
            tensors.Add(Store($"adam/{name}/exp_avg_sq", state.exp_avg_sq));
            steps.Add(Text(state.step));
        }
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>
        {
            ["format"] = Format,
            ["step"] = Text(run.State.Step),
            ["pictures"] = Text(run.State.Pictures),
            ["skipped"] = Text(run.State.Skipped),
            ["elapsed_ticks"] = Text(run.State.Elapsed.Ticks),
            ["epoch"] = Text(run.State.Next.Epoch),
            ["batch"] = Text(run.State.Next.Batch),
            ["adam_steps"] = string.Join(' ', steps),
        });
    }

    /// <summary>Puts a saved run's tensors and state into a run of the same preset.</summary>
    /// <exception cref="InvalidDataException">The file belongs to another preset or format.</exception>
    public static void Load(TrainingRun run, string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue("format", out var format) || format != Format)
            throw new InvalidDataException($"{path} is no checkpoint of the kind {Format}.");
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in WeightAverage.Floating(run.Model))
            Restore(file, $"model/{name}", tensor);
        foreach (var (name, average) in run.Average.Averages)
            Restore(file, $"average/{name}", average);
        var steps = file.Metadata["adam_steps"].Split(' ');
        var index = 0;
        foreach (var (name, state) in Moments(run))
        {
            Restore(file, $"adam/{name}/exp_avg", state.exp_avg);
            Restore(file, $"adam/{name}/exp_avg_sq", state.exp_avg_sq);
            state.step = long.Parse(steps[index++], CultureInfo.InvariantCulture);
        }
        run.State = new RunState
        {
            Step = Number(file, "step"),
            Pictures = Number(file, "pictures"),
            Skipped = Number(file, "skipped"),
            Elapsed = TimeSpan.FromTicks(Number(file, "elapsed_ticks")),
            Next = new BatchPosition((int)Number(file, "epoch"), (int)Number(file, "batch")),
        };
    }

    internal static IEnumerable<(string Name, AdamW.State State)> Moments(TrainingRun run) =>
        run.ParameterNames.Zip(run.Optimizer.state_dict().State, (name, state) => (name, (AdamW.State)state));

    private static SafetensorsTensor Store(string name, Tensor tensor) =>
        SafetensorsTensor.Of(name, tensor.shape, tensor.detach().cpu().contiguous().data<float>().ToArray());

    private static void Restore(SafetensorsFile file, string name, Tensor tensor) =>
        tensor.copy_(torch.tensor(file.ReadFloat32(name, tensor.shape), tensor.shape));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Number(SafetensorsFile file, string key) => long.Parse(file.Metadata[key], CultureInfo.InvariantCulture);
}
