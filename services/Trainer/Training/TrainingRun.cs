using FaceMix.Trainer.Data;
using FaceMix.Trainer.Losses;
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
    /// <param name="seed">Decides the first weights and the noise of every step.</param>
    public TrainingRun(Preset preset, ulong seed)
    {
        preset.Check();
        Preset = preset;
        _seed = seed;
        manual_seed((long)(Noise.Mix(seed) >> 1));
        Model = new FaceModel(preset.Model);
        _parameters = [.. Model.named_parameters()];
        var training = preset.Training;
        Optimizer = optim.AdamW(
            _parameters.Select(pair => pair.Parameter), training.LearningRate, training.Beta1, training.Beta2, weight_decay: training.WeightDecay);
        Average = new WeightAverage(Model, training.Ema);
        _loss = new VaeLoss(preset.Loss);
    }

    public Preset Preset { get; }

    public FaceModel Model { get; }

    public WeightAverage Average { get; }

    public AdamW Optimizer { get; }

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
    public StepReport Step(byte[] pixels, int count, BatchPosition next, double progress, int? whole = null)
    {
        var all = whole ?? count;
        using var scope = NewDisposeScope();
        var rate = LearningRate.At(Preset.Training, State.Step, progress);
        foreach (var group in Optimizer.ParamGroups)
            group.LearningRate = rate;

        Model.train();
        var type = _parameters[0].Parameter.dtype;
        var target = Pixels.ToTensor(pixels, count, Model).to(type);
        var draws = Noise.Normal(_seed, State.Step, all * Preset.Model.Latent);
        var noise = tensor(Parallel?.Rows(draws, Preset.Model.Latent) ?? draws, [count, Preset.Model.Latent]).to(type);
        var output = Parallel is null ? Model.call(target, noise) : Parallel.Forward(() => Model.call(target, noise));
        var (total, terms) = _loss.Compute(output, target, progress);
        var means = stack(terms.Select(term => term.Raw).Append(total)).detach().to(ScalarType.Float64);
        Parallel?.Average(means, count, all);
        var numbers = means.data<double>().ToArray();
        var values = terms.Zip(numbers, (term, value) => new TermValue(term.Name, term.Weight, value)).ToList();
        var sum = numbers[^1];

        Optimizer.zero_grad();
        var norm = double.NaN;
        if (double.IsFinite(sum))
        {
            if (Parallel is null)
                total.backward();
            else
                Parallel.Backward(total, count, all);
            var limit = Preset.Training.ClipNorm > 0 ? Preset.Training.ClipNorm : double.MaxValue;
            norm = nn.utils.clip_grad_norm_(_parameters.Select(pair => pair.Parameter), limit);
        }
        var finite = double.IsFinite(norm);
        if (finite)
        {
            Optimizer.step();
            Average.Update(State.Step);
        }
        State = State with
        {
            Step = State.Step + 1,
            Pictures = State.Pictures + all,
            Skipped = State.Skipped + (finite ? 0 : 1),
            Next = next,
        };
        return new StepReport(sum, values, rate, norm, !finite);
    }

    public void Dispose()
    {
        Average.Dispose();
        Optimizer.Dispose();
        Model.Dispose();
    }
}
