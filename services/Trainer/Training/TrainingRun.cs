using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Presets;
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
        manual_seed((long)(SplitMix64.Mix(seed) >> 1));
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

    /// <summary>The parameters in the optimizer's order.</summary>
    public IReadOnlyList<string> ParameterNames => [.. _parameters.Select(pair => pair.Name)];

    public long ParameterCount => _parameters.Sum(pair => pair.Parameter.numel());

    /// <summary>One step on one batch.</summary>
    /// <param name="pixels">uint8 [N, H, W, 3].</param>
    /// <param name="count">N.</param>
    /// <param name="next">The batch after it.</param>
    /// <param name="progress">Part of the run that is over, 0 to 1.</param>
    /// <param name="staged">The same pixels in memory that a GPU reads by itself (see <see cref="Pixels.Pin"/>); null: they are copied there now.</param>
    public StepReport Step(byte[] pixels, int count, BatchPosition next, double progress, Tensor? staged = null)
    {
        using var scope = NewDisposeScope();
        var rate = LearningRate.At(Preset.Training, State.Step, progress);
        foreach (var group in Optimizer.ParamGroups)
            group.LearningRate = rate;
        var klWeight = _loss.KlWeight(progress, State.Next.Epoch);
        Model.train();
        // Dropout alone draws from the generator; so it, too, is a function of seed and step.
        if (Preset.Model.Dropout > 0)
            manual_seed((long)(SplitMix64.Mix(_seed ^ SplitMix64.Mix((ulong)State.Step)) >> 1));
        var report = Launch(pixels, count, staged, rate, klWeight);
        State = State with
        {
            Step = State.Step + 1,
            Pictures = State.Pictures + count,
            Skipped = State.Skipped + (report.Skipped ? 1 : 0),
            Next = next,
        };
        return report;
    }

    /// <summary>The pieces of a batch's loss.</summary>
    /// <param name="target">Pictures [N, channels, H, W] in the model's range.</param>
    /// <param name="noise">Standard normal [N, latent].</param>
    /// <param name="spoiling">Standard normal, as many as pixels, where the encoder sees noise.</param>
    /// <param name="klWeight">At this point of the run.</param>
    internal (VaeOutput Output, List<LossTerm> Terms) Terms(Tensor target, Tensor noise, Tensor? spoiling, double klWeight)
    {
        var input = spoiling is null ? target : Spoilt(target, spoiling);
        var output = Model.call(input, noise);
        var terms = _loss.Terms(output, target, klWeight);
        if (Perceptual is { } network)
            terms.Add(new("perceptual", Preset.Perceptual.Weight, PerceptualLoss.Of(network, _loss.Unit(output.Pictures[^1]), _loss.Unit(target))));
        return (output, terms);
    }

    private StepReport Launch(byte[] pixels, int count, Tensor? staged, double rate, double klWeight)
    {
        var type = _parameters[0].Parameter.dtype;
        var target = (staged is null ? Pixels.ToTensor(pixels, count, Model, Device) : Pixels.ToTensor(staged, count, Model, Device)).to(type);
        var noise = Devices.Send(Draws(_seed, State.Step, [count, Preset.Model.Latent]), Device).to(type);
        var spoiling = Preset.Training.InputNoise > 0 ? Devices.Send(Draws(~_seed, State.Step, target.shape), Device).to(type) : null;
        var before = new ForwardState(Model);
        var (output, terms) = Terms(target, noise, spoiling, klWeight);
        var adversary = Adversary?.JoinsAt(State.Step) == true ? Adversary : null;
        if (adversary is not null)
            terms.Add(adversary.Term(output.Pictures[^1]));
        var total = VaeLoss.Total(terms);
        var means = stack(terms.Select(term => term.Raw).Append(total)).detach().to(ScalarType.Float64);
        // A GPU has the numbers later; it gets the backward pass before anybody waits for them.
        var numbers = Devices.IsGpu(Device) ? null : means.data<double>().ToArray();

        Optimizer.zero_grad();
        var norm = double.NaN;
        if (numbers is null || double.IsFinite(numbers[^1]))
        {
            total.backward();
            norm = Preset.Training.ClipNorm > 0
                ? nn.utils.clip_grad_norm_(_parameters.Select(pair => pair.Parameter), Preset.Training.ClipNorm)
                : GradientNorm();
        }
        numbers ??= means.cpu().data<double>().ToArray();
        var sum = numbers[^1];
        var values = terms.Zip(numbers, (term, value) => new TermValue(term.Name, term.Weight, value)).ToList();
        var sound = double.IsFinite(sum) && double.IsFinite(norm) && (Preset.Training.SkipNorm <= 0 || norm <= Preset.Training.SkipNorm);
        if (sound)
        {
            Optimizer.step();
            Average.Update(State.Step);
            if (adversary is not null)
                values.Add(new("discriminator", 0, adversary.Step(target, output.Pictures[^1])));
        }
        else
        {
            before.Restore();
        }
        return new StepReport(sum, values, rate, norm, !sound);
    }

    private double GradientNorm() =>
        stack(_parameters.Select(pair => pair.Parameter.grad).OfType<Tensor>().Select(gradient => gradient.norm())).norm().to(ScalarType.Float64).item<double>();

    // Standard normal numbers; the latent's noise is of one stream, the picture's of another.
    private static Tensor Draws(ulong seed, long step, long[] shape) =>
        tensor(Noise.Normal(seed, step, (int)shape.Aggregate(1L, (a, b) => a * b)), shape);

    private Tensor Spoilt(Tensor target, Tensor noise)
    {
        var (low, high) = Model.Network.Range == PixelRange.Signed ? (-1, 1) : (0, 1);
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
