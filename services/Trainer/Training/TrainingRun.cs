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
#if COMPAT_PACKAGES
    private RecordedStep? _recorded;
    private DrawnNoise? _ahead;
#endif

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
        var klWeight = _loss.KlWeight(progress, State.Next.Epoch);
        Model.train();
        // Dropout alone draws from the generator; so it, too, is a function of seed and step, and of the process.
        if (Preset.Model.Dropout > 0)
            manual_seed((long)(Noise.Mix(_seed ^ Noise.Mix((ulong)State.Step ^ ((ulong)(Parallel?.Team.Rank ?? 0) << 48))) >> 1));
#if COMPAT_PACKAGES
        var report = _recorded is not null && count == Preset.Training.Batch
            ? Replay(_recorded, pixels, count, staged, rate, klWeight)
            : Launch(pixels, count, staged, all, rate, klWeight);
#else
        var report = Launch(pixels, count, staged, all, rate, klWeight);
#endif
        State = State with
        {
            Step = State.Step + 1,
            Pictures = State.Pictures + all,
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
    /// <param name="moving">The same as a tensor, where it moves.</param>
    internal (VaeOutput Output, List<LossTerm> Terms) Terms(Tensor target, Tensor noise, Tensor? spoiling, double klWeight, Tensor? moving = null)
    {
        var precision = Preset.Training.Precision;
        var input = spoiling is null ? target : Spoilt(target, spoiling);
        VaeOutput Forward() => MixedPrecision.Run(precision, Device, () => Model.call(input, noise));
        var output = Parallel is null ? Forward() : Parallel.Forward(Forward);
        var terms = _loss.Terms(output, target, klWeight, moving);
        if (Perceptual is { } network)
        {
            terms.Add(new("perceptual", Preset.Perceptual.Weight, MixedPrecision.Run(
                precision, Device, () => PerceptualLoss.Of(network, _loss.Unit(output.Pictures[^1]), _loss.Unit(target)))));
        }
        return (output, terms);
    }

    private StepReport Launch(byte[] pixels, int count, Tensor? staged, int all, double rate, double klWeight)
    {
        var type = _parameters[0].Parameter.dtype;
        var target = (staged is null ? Pixels.ToTensor(pixels, count, Model, Device) : Pixels.ToTensor(staged, count, Model, Device)).to(type);
        var noise = Devices.Send(Draws(_seed, State.Step, [count, Preset.Model.Latent], all), Device).to(type);
        var spoiling = Preset.Training.InputNoise > 0 ? Devices.Send(Draws(~_seed, State.Step, target.shape, all), Device).to(type) : null;
        var before = new ForwardState(Model);
        var (output, terms) = Terms(target, noise, spoiling, klWeight);
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
        else
        {
            before.Restore();
        }
        return new StepReport(sum, values, rate, norm, !sound);
    }

#if COMPAT_PACKAGES
    /// <summary>From now on full batches are steps in which everything that moves is a tensor (see <see cref="RecordedStep"/>); one process trains alone, without a discriminator.</summary>
    /// <param name="record">Whether a GPU records and replays them; on the CPU they are launched anew each time.</param>
    /// <param name="say">Hears a sentence where the run had to go on without a recording.</param>
    public void FixSteps(bool record, Action<string> say)
    {
        if (Parallel is not null || Adversary is not null)
            throw new InvalidOperationException("Steps with other processes or with a discriminator depend on numbers of the host.");
        _recorded?.Dispose();
        _recorded = new RecordedStep(this, record, must: Preset.Training.CudaGraph == RecordedSteps.On, say);
    }

    private StepReport Replay(RecordedStep step, byte[] pixels, int count, Tensor? staged, double rate, double klWeight)
    {
        var moments = Moments.Of(Optimizer).ToList();
        var drawn = _ahead is { } ready && ready.Step == State.Step ? ready : Drawn(State.Step, count);
        step.Launch(
            staged ?? Devices.Send(tensor(pixels), Device), drawn.Noise, drawn.Spoiling, new StepNumbers(rate, moments[0].Steps + 1, Average.ShareKept(State.Step), klWeight));
        drawn.Dispose();
        // While a GPU works; the batch after this one is pinned by another thread.
        _ahead = Drawn(State.Step + 1, count);
        var answer = step.Read();
        if (answer.Taken)
        {
            foreach (var state in moments)
                state.Steps++;
        }
        return new StepReport(answer.Total, [.. answer.Terms.Select(term => new TermValue(term.Name, term.Weight ?? klWeight, term.Value))], rate, answer.Norm, !answer.Taken);
    }

    // In memory that a GPU reads by itself.
    private DrawnNoise Drawn(long step, int count)
    {
        var (options, gpu) = (Preset.Model, Devices.IsGpu(Device));
        Tensor Ready(ulong seed, params long[] shape)
        {
            using var scope = NewDisposeScope();
            var draws = Draws(seed, step, shape, count);
            return (gpu ? draws.pin_memory() : draws).DetachFromDisposeScope();
        }
        return new(step, Ready(_seed, count, options.Latent), Preset.Training.InputNoise > 0 ? Ready(~_seed, count, options.Channels, options.ImageSize, options.ImageSize) : null);
    }

    private sealed record DrawnNoise(long Step, Tensor Noise, Tensor? Spoiling) : IDisposable
    {
        public void Dispose()
        {
            Noise.Dispose();
            Spoiling?.Dispose();
        }
    }
#endif

    // Standard normal numbers for this process's pictures: those that one process would draw for the whole batch. The latent's
    // noise is of one stream, the picture's of another.
    private Tensor Draws(ulong seed, long step, long[] shape, int whole)
    {
        var width = (int)shape[1..].Aggregate(1L, (a, b) => a * b);
        var draws = Noise.Normal(seed, step, whole * width);
        return tensor(Parallel?.Rows(draws, width) ?? draws, shape);
    }

    private Tensor Spoilt(Tensor target, Tensor noise)
    {
        var (low, high) = Model.Network.Range == PixelRange.Signed ? (-1, 1) : (0, 1);
        return (target + (noise * (Preset.Training.InputNoise * (high - low)))).clamp(low, high);
    }

    public void Dispose()
    {
#if COMPAT_PACKAGES
        _recorded?.Dispose();
        _ahead?.Dispose();
#endif
        Perceptual?.Dispose();
        Adversary?.Dispose();
        Average.Dispose();
        Optimizer.Dispose();
        Model.Dispose();
    }
}
