using FaceMix.Latents;
using FaceMix.Networks;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training.Parallel;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>A model in training: its weights, their average, the optimizer and how far it has come. <see cref="TrainingStep"/> moves it on.</summary>
public sealed class TrainingRun : IDisposable
{
    private readonly List<(string Name, Parameter Parameter)> _parameters;

    /// <param name="preset">What to train and how.</param>
    /// <param name="seed">Decides the first weights and the noise of every step, the same on every device.</param>
    /// <param name="device">Where it computes, whatever the preset wishes for (see <see cref="Devices.Choose(string, int?)"/>); null: the CPU.</param>
    public TrainingRun(Preset preset, ulong seed, Device? device = null)
    {
        preset.Check();
        (Preset, Seed, Device) = (preset, seed, device ?? CPU);
        manual_seed((long)(SplitMix64.Mix(seed) >> 1));
        var training = preset.Training;
        Model = new FaceModel(preset.Model, Device, training.Precision);
        _parameters = [.. Model.named_parameters()];
        Optimizer = new FusedAdam(_parameters.Select(pair => pair.Parameter), training.LearningRate, training.Beta1, training.Beta2)
        {
            Epsilon = training.Epsilon,
            WeightDecay = training.WeightDecay,
            Decoupled = training.Optimizer == OptimizerKind.Adamw,
        };
        Average = new WeightAverage(Model, training.Ema);
        Loss = new VaeLoss(preset.Loss, Model.Network.Range);
        if (preset.Adversarial.Weight > 0)
            Adversary = new Adversary(preset.Adversarial, preset.Model, Device);
    }

    public Preset Preset { get; }

    public ulong Seed { get; }

    /// <summary>Where weights, moments, averages and batches are.</summary>
    public Device Device { get; }

    public FaceModel Model { get; }

    public WeightAverage Average { get; }

    public FusedAdam Optimizer { get; }

    public VaeLoss Loss { get; }

    /// <summary>The discriminator it is trained against; null where there is none.</summary>
    public Adversary? Adversary { get; }

    /// <summary>The network that pictures are compared through, opened by whoever has the data; null: none.</summary>
    public IPerceptualNetwork? Perceptual { get; set; }

    public RunState State { get; set; } = new();

    /// <summary>The processes that train it together; null: this one alone.</summary>
    public DataParallel? Parallel
    {
        get;
        set
        {
            field = value;
            Model.UseTrainingNorm(value?.Norm);
        }
    }

    /// <summary>The parameters in the optimizer's order.</summary>
    public IReadOnlyList<string> ParameterNames => [.. _parameters.Select(pair => pair.Name)];

    public long ParameterCount => _parameters.Sum(pair => pair.Parameter.numel());

    /// <summary>Of the weights, float32 unless torch's default type is another.</summary>
    public ScalarType Type => _parameters[0].Parameter.dtype;

    /// <summary>Standard normal numbers for the step that comes next: of those that one process would draw for the whole batch this process's rows.</summary>
    /// <param name="stream">The same one gives the same numbers.</param>
    /// <param name="shape">One row for each picture of this process.</param>
    /// <param name="whole">Pictures in the shares of all processes.</param>
    public Tensor Draw(ulong stream, long[] shape, int whole)
    {
        var width = (int)shape[1..].Aggregate(1L, (a, b) => a * b);
        var rows = Noise.Normal(stream, State.Step, whole * width);
        return Devices.Send(tensor(Parallel?.Rows(rows, width) ?? rows, shape), Device).to(Type);
    }

    public void Dispose()
    {
        Perceptual?.Dispose();
        Adversary?.Dispose();
        Average.Dispose();
        Optimizer.Dispose();
        Model.Dispose();
    }
}
