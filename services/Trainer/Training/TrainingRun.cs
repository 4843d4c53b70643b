using FaceMix.Trainer.Data;
using FaceMix.Trainer.Losses;
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

    /// <summary>The parameters in the optimizer's order.</summary>
    public IReadOnlyList<string> ParameterNames => [.. _parameters.Select(pair => pair.Name)];

    public long ParameterCount => _parameters.Sum(pair => pair.Parameter.numel());

    /// <summary>One step on one batch.</summary>
    /// <param name="pixels">uint8 [N, H, W, 3].</param>
    /// <param name="count">N.</param>
    /// <param name="next">The batch after it.</param>
    /// <param name="progress">Part of the run that is over, 0 to 1.</param>
    public StepReport Step(byte[] pixels, int count, BatchPosition next, double progress)
    {
        using var scope = NewDisposeScope();
        var rate = LearningRate.At(Preset.Training, State.Step, progress);
        foreach (var group in Optimizer.ParamGroups)
            group.LearningRate = rate;

        Model.train();
        var target = Pixels.ToTensor(pixels, count, Model);
        var noise = tensor(Noise.Normal(_seed, State.Step, count * Preset.Model.Latent), [count, Preset.Model.Latent]);
        var (total, terms) = _loss.Compute(Model.call(target, noise), target, progress);
        var values = terms.Select(term => new TermValue(term.Name, term.Weight, term.Raw.item<float>())).ToList();
        var sum = (double)total.item<float>();

        Optimizer.zero_grad();
        var norm = double.NaN;
        if (double.IsFinite(sum))
        {
            total.backward();
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
            Pictures = State.Pictures + count,
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
