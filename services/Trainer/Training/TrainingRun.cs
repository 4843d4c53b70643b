using FaceMix.Trainer.Data;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>A model in training: its weights, their average, the optimizer and how far it has come.</summary>
public sealed class TrainingRun : IDisposable
{
    private readonly VaeLoss _loss;
    private readonly List<(string Name, Parameter Parameter)> _parameters;
    private readonly ulong _seed;

    /// <param name="preset">What to train and how.</param>
    /// <param name="seed">Decides the first weights and the noise of every step, the same on every device.</param>
    /// <param name="device">Where it computes, whatever the preset wishes for (see <see cref="Devices.Choose(string, int?)"/>); null: the CPU.</param>
    public TrainingRun(Preset preset, ulong seed, Device? device = null)
    {
        preset.Check();
        Preset = preset;
        Device = device ?? CPU;
        _seed = seed;
        manual_seed((long)(Noise.Mix(seed) >> 1));
        Model = new FaceModel(preset.Model, Device);
        _parameters = [.. Model.named_parameters()];
        var training = preset.Training;
        var parameters = _parameters.Select(pair => pair.Parameter);
        Optimizer = training.Optimizer == OptimizerKind.Adamw
            ? optim.AdamW(parameters, training.LearningRate, training.Beta1, training.Beta2, training.Epsilon, training.WeightDecay)
            : optim.Adam(parameters, training.LearningRate, training.Beta1, training.Beta2, training.Epsilon, training.WeightDecay);
        Average = new WeightAverage(Model, training.Ema);
        _loss = new VaeLoss(preset.Loss, Model.Network.Range);
        if (preset.Adversarial.Weight > 0)
            Adversary = new Adversary(preset.Adversarial, preset.Model, Device);
    }

    public Preset Preset { get; }

    /// <summary>Where weights, moments, averages and batches are.</summary>
    public Device Device { get; }

    public FaceModel Model { get; }

    public WeightAverage Average { get; }

    public OptimizerHelper Optimizer { get; }

    /// <summary>The discriminator it is trained against; null where there is none.</summary>
    public Adversary? Adversary { get; }

    /// <summary>The network that pictures are compared through, opened by whoever has the data; null: none.</summary>
    public IPerceptualNetwork? Perceptual { get; set; }

    public RunState State { get; set; } = new();

    /// <summary>Null where one process trains alone.</summary>
    public DataParallel? Parallel { get; set; }

    /// <summary>The parameters in the optimizer's order.</summary>
    public IReadOnlyList<string> ParameterNames => [.. _parameters.Select(pair => pair.Name)];

    public long ParameterCount => _parameters.Sum(pair => pair.Parameter.numel());

    /// <summary>One step on one batch.</summary>
    /// <param name="pixels">uint8 [N, H, W, 3].</param>
    /// <param name="count">N.</param>
    /// <param name="next">The batch after it.</param>
    /// <param name="progress">Part of the run that is over, 0 to 1.</param>
    /// <param name="whole">Pictures in the shares of all processes, where several train together; null: N.</param>
    /// <param name="staged">The same pixels in memory that a GPU reads by itself (see <see cref="Pixels.Pin"/>); null: they are copied there now.</param>
    public StepReport Step(byte[] pixels, int count, BatchPosition next, double progress, int? whole = null, Tensor? staged = null)
    {
        var all = whole ?? count;
        using var scope = NewDisposeScope();
        var rate = LearningRate.At(Preset.Training, State.Step, progress);
        foreach (var group in Optimizer.ParamGroups)
            group.LearningRate = rate;

        Model.train();
        var type = _parameters[0].Parameter.dtype;
        var target = (staged is null ? Pixels.ToTensor(pixels, count, Model, Device) : Pixels.ToTensor(staged, count, Model, Device)).to(type);
        var noise = Draws(_seed, [count, Preset.Model.Latent], all).to(type);
        // Dropout alone draws from the generator; so it, too, is a function of seed and step, and of the process.
        if (Preset.Model.Dropout > 0)
            manual_seed((long)(Noise.Mix(_seed ^ Noise.Mix((ulong)State.Step ^ ((ulong)(Parallel?.Team.Rank ?? 0) << 48))) >> 1));
        var input = Spoilt(target, all);
        var precision = Preset.Training.Precision;
        VaeOutput Forward() => MixedPrecision.Run(precision, Device, () => Model.call(input, noise));
        var output = Parallel is null ? Forward() : Parallel.Forward(Forward);
        var terms = _loss.Terms(output, target, progress, State.Next.Epoch);
        if (Perceptual is { } network)
        {
            terms.Add(new("perceptual", Preset.Perceptual.Weight, MixedPrecision.Run(
                precision, Device, () => PerceptualLoss.Of(network, _loss.Unit(output.Pictures[^1]), _loss.Unit(target)))));
        }
        var adversary = Adversary?.JoinsAt(State.Step) == true ? Adversary : null;
        if (adversary is not null)
            terms.Add(adversary.Term(output.Pictures[^1]));
        var total = VaeLoss.Total(terms);
        var means = stack(terms.Select(term => term.Raw).Append(total)).detach().to(ScalarType.Float64);
        Parallel?.Average(means, count, all);
        // A GPU has the numbers later; it gets the backward pass before anybody waits for them.
        var numbers = Devices.IsGpu(Device) ? null : means.data<double>().ToArray();

        Optimizer.zero_grad();
        var norm = double.NaN;
        if (numbers is null || double.IsFinite(numbers[^1]))
        {
            if (Parallel is null)
                total.backward();
            else
                Parallel.Backward(Model, total, count, all);
            var limit = Preset.Training.ClipNorm > 0 ? Preset.Training.ClipNorm : double.MaxValue;
            norm = nn.utils.clip_grad_norm_(_parameters.Select(pair => pair.Parameter), limit);
        }
        numbers ??= means.cpu().data<double>().ToArray();
        var sum = numbers[^1];
        var values = terms.Zip(numbers, (term, value) => new TermValue(term.Name, term.Weight, value)).ToList();
        var sound = double.IsFinite(sum) && double.IsFinite(norm) && (Preset.Training.SkipNorm <= 0 || norm <= Preset.Training.SkipNorm);
        if (sound)
        {
            Optimizer.step();
            // The others' would be the same, and nobody reads it.
            if (Parallel is null or { Team.IsFirst: true })
                Average.Update(State.Step);
            if (adversary is not null)
                values.Add(new("discriminator", 0, adversary.Step(target, output.Pictures[^1], Parallel, all)));
        }
        State = State with
        {
            Step = State.Step + 1,
            Pictures = State.Pictures + all,
            Skipped = State.Skipped + (sound ? 0 : 1),
            Next = next,
        };
        return new StepReport(sum, values, rate, norm, !sound);
    }

    // Standard normal numbers for this process's pictures: those that one process would draw for the whole batch.
    private Tensor Draws(ulong seed, long[] shape, int whole)
    {
        var width = (int)shape[1..].Aggregate(1L, (a, b) => a * b);
        var draws = Noise.Normal(seed, State.Step, whole * width);
        return Devices.Send(tensor(Parallel?.Rows(draws, width) ?? draws, shape), Device);
    }

    // The latent's noise is of one stream, the picture's of another.
    private Tensor Spoilt(Tensor target, int whole)
    {
        if (Preset.Training.InputNoise <= 0)
            return target;
        var (low, high) = Model.Network.Range == PixelRange.Signed ? (-1, 1) : (0, 1);
        var noise = Draws(~_seed, target.shape, whole).to(target.dtype);
        return (target + (noise * (Preset.Training.InputNoise * (high - low)))).clamp(low, high);
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
