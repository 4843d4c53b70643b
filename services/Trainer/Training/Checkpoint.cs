using System.Globalization;
using FaceMix.Datasets;
using FaceMix.ModelStore.Safetensors;
using FaceMix.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>
/// A run in one safetensors file, replaced by a rename: weights, their average, the optimizer's moments, and in the
/// file's notes how far the run has come. Noise and data order are functions of seed and step, so nothing else is needed.
/// </summary>
public static class Checkpoint
{
    public const string FileName = "checkpoint.safetensors";

    private const string DiscriminatorAdam = "discriminator-adam";
    private const string Format = "facemix-checkpoint-1";

    public static void Save(TrainingRun run, string path)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var tensors = new List<SafetensorsTensor>();
        foreach (var (name, tensor) in Weights.Floating(run.Model))
            tensors.Add(Store($"model/{name}", tensor));
        foreach (var (name, average) in run.Average.Averages)
            tensors.Add(Store($"average/{name}", average));
        var steps = StoreMoments(tensors, "adam", run.ParameterNames, run.Optimizer);
        var discriminatorSteps = string.Empty;
        if (run.Adversary is { } adversary)
        {
            foreach (var (name, tensor) in Weights.Floating(adversary.Discriminator))
                tensors.Add(Store($"discriminator/{name}", tensor));
            discriminatorSteps = StoreMoments(tensors, DiscriminatorAdam, Names(adversary), adversary.Optimizer);
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
            ["without_gain"] = Text(run.State.WithoutGain),
            ["adam_steps"] = steps,
            ["discriminator_steps"] = discriminatorSteps,
        });
    }

    /// <summary>About what <see cref="Save"/> writes: weights, averages and two moments each; names and notes are the little more.</summary>
    public static long BytesOf(TrainingRun run)
    {
        var weights = Weights.Floating(run.Model).Sum(pair => pair.Tensor.numel());
        var learnt = 2 * run.ParameterCount;
        var discriminator = run.Adversary is { } adversary
            ? Weights.Floating(adversary.Discriminator).Sum(pair => pair.Tensor.numel()) + (2 * adversary.Discriminator.parameters().Sum(parameter => parameter.numel()))
            : 0;
        return sizeof(float) * ((2 * weights) + learnt + discriminator);
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
        // The model's come last: where nothing is averaged both are the same arrays.
        foreach (var (name, average) in run.Average.Averages)
            Restore(file, $"average/{name}", average);
        foreach (var (name, tensor) in Weights.Floating(run.Model))
            Restore(file, $"model/{name}", tensor);
        RestoreMoments(file, "adam", run.ParameterNames, run.Optimizer, file.Metadata["adam_steps"]);
        if (run.Adversary is { } adversary)
        {
            foreach (var (name, tensor) in Weights.Floating(adversary.Discriminator))
                Restore(file, $"discriminator/{name}", tensor);
            RestoreMoments(file, DiscriminatorAdam, Names(adversary), adversary.Optimizer, file.Metadata["discriminator_steps"]);
        }
        run.State = new RunState
        {
            Step = Number(file, "step"),
            Pictures = Number(file, "pictures"),
            Skipped = Number(file, "skipped"),
            Elapsed = TimeSpan.FromTicks(Number(file, "elapsed_ticks")),
            // Files of the first releases measured nothing on the way.
            WithoutGain = file.Metadata.ContainsKey("without_gain") ? (int)Number(file, "without_gain") : 0,
            Next = new BatchPosition((int)Number(file, "epoch"), (int)Number(file, "batch")),
        };
    }

    private static string StoreMoments(List<SafetensorsTensor> tensors, string prefix, IEnumerable<string> names, FusedAdam optimizer)
    {
        var steps = new List<string>();
        foreach (var (name, moments) in names.Zip(optimizer.Moments))
        {
            tensors.Add(Store($"{prefix}/{name}/exp_avg", moments.Mean));
            tensors.Add(Store($"{prefix}/{name}/exp_avg_sq", moments.Square));
            steps.Add(Text(moments.Steps));
        }
        return string.Join(' ', steps);
    }

    private static void RestoreMoments(SafetensorsFile file, string prefix, IEnumerable<string> names, FusedAdam optimizer, string steps)
    {
        foreach (var ((name, moments), step) in names.Zip(optimizer.Moments).Zip(steps.Split(' ')))
        {
            Restore(file, $"{prefix}/{name}/exp_avg", moments.Mean);
            Restore(file, $"{prefix}/{name}/exp_avg_sq", moments.Square);
            moments.Steps = long.Parse(step, CultureInfo.InvariantCulture);
        }
    }

    private static IEnumerable<string> Names(Adversary adversary) => adversary.Discriminator.named_parameters().Select(pair => pair.name);

    private static SafetensorsTensor Store(string name, Tensor tensor) =>
        SafetensorsTensor.Of(name, tensor.shape, tensor.detach().cpu().contiguous().data<float>().ToArray());

    private static void Restore(SafetensorsFile file, string name, Tensor tensor) =>
        tensor.copy_(torch.tensor(file.ReadFloat32(name, tensor.shape), tensor.shape));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Number(SafetensorsFile file, string key) => long.Parse(file.Metadata[key], CultureInfo.InvariantCulture);
}
