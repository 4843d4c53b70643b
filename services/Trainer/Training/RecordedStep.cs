#if COMPAT_PACKAGES
using System.Runtime.InteropServices;
using FaceMix.Torch;
using FaceMix.Trainer.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>What moves from step to step.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="AdamStep">The number of this step of Adam, from 1; those left out are not counted.</param>
/// <param name="Kept">Share of the old average that is kept.</param>
/// <param name="KlWeight">The KL divergence's weight.</param>
internal readonly record struct StepNumbers(double Rate, double AdamStep, double Kept, double KlWeight)
{
    public double[] Row => [Rate, AdamStep, Kept, KlWeight];
}

/// <summary>What is read back of a step.</summary>
/// <param name="Terms">Name and weight of each, the weight null where it moved; then the raw value.</param>
/// <param name="Total">The weighted sum.</param>
/// <param name="Norm">The gradient's, before clipping; not a number where the loss was not finite.</param>
/// <param name="Taken">Whether the step counted.</param>
internal sealed record StepAnswer(IReadOnlyList<(string Name, double? Weight, double Value)> Terms, double Total, double Norm, bool Taken);

/// <summary>
/// A step in which nothing depends on a number of the host: what moves is copied into tensors that stay, and whether the step
/// counts is decided where the gradients are. On a GPU it is done a few times as it is, each time on a batch of the run, so that
/// everything is allocated and chosen; then it is recorded, and from there on replayed with one launch. Without a recording it
/// is the same work, launched anew each time.
/// </summary>
internal sealed class RecordedStep : IDisposable
{
    private const int Rehearsals = 3;

    private readonly TrainingRun _run;
    private readonly List<Parameter> _parameters;
    private readonly Tensor _bytes;
    private readonly Tensor _noise;
    private readonly Tensor? _spoiling;
    private readonly Tensor _numbers;
    private readonly Action<string> _say;
    private readonly bool _must;
    private List<LossTerm> _terms = [];
    private Tensor? _answer;
    private CudaGraph? _graph;
    private int _rehearsed;
    private bool _recorded;

    /// <param name="run">Its model, optimizer and averages stay where they are.</param>
    /// <param name="record">False: the work is launched anew each time, as on the CPU.</param>
    /// <param name="must">A recording that fails ends the run; otherwise it goes on without.</param>
    /// <param name="say">Hears why it went on without.</param>
    public RecordedStep(TrainingRun run, bool record, bool must, Action<string> say)
    {
        _run = run;
        _must = must;
        _say = say;
        _parameters = [.. run.Model.parameters()];
        var (count, size, options) = (run.Preset.Training.Batch, run.Preset.Model.ImageSize, run.Preset.Model);
        _bytes = Stays(zeros([count, size, size, 3], ScalarType.Byte, run.Device));
        _noise = Stays(zeros([count, options.Latent], ScalarType.Float32, run.Device));
        _spoiling = run.Preset.Training.InputNoise > 0 ? Stays(zeros([count, options.Channels, size, size], ScalarType.Float32, run.Device)) : null;
        _numbers = Stays(zeros([new StepNumbers().Row.Length], ScalarType.Float64, run.Device));
        _graph = record ? new CudaGraph(run.Device) : null;
    }

    /// <summary>Launches a step and returns before a GPU has done it.</summary>
    /// <param name="bytes">uint8, N × H × W × 3 of them.</param>
    /// <param name="noise">float32 [N, latent].</param>
    /// <param name="spoiling">float32 [N, channels, H, W], where the preset lays noise over what the encoder sees.</param>
    /// <param name="numbers">What moves.</param>
    public void Launch(Tensor bytes, Tensor noise, Tensor? spoiling, StepNumbers numbers)
    {
        using (no_grad())
        {
            _bytes.copy_(bytes.reshape(_bytes.shape), nonBlocking: true);
            _noise.copy_(noise, nonBlocking: true);
            _spoiling?.copy_(spoiling!, nonBlocking: true);
            _numbers.copy_(Devices.Send(tensor(numbers.Row), _run.Device), nonBlocking: true);
        }
        if (_graph is null)
            Work();
        else if (_rehearsed++ < Rehearsals)
            _graph.Rehearse(Work);
        else if (_recorded || Records(_graph))
            _graph.Replay();
        else
            Work();
    }

    /// <summary>Waits for the step.</summary>
    public StepAnswer Read()
    {
        var values = _answer!.cpu().data<double>().ToArray();
        var terms = _terms.Select((term, i) => (term.Name, term.Moving is null ? term.Weight : (double?)null, values[i])).ToList();
        return new StepAnswer(terms, values[^3], values[^2], values[^1] > 0);
    }

    public void Dispose()
    {
        _graph?.Dispose();
        foreach (var tensor in new[] { _bytes, _noise, _spoiling, _numbers, _answer })
            tensor?.Dispose();
    }

    // A recording does nothing, so that a failed one has changed nothing. Dropout's generator alone is not to be had back from it.
    private bool Records(CudaGraph graph)
    {
        try
        {
            graph.Record(Work);
            return _recorded = true;
        }
        catch (ExternalException e) when (!_must && _run.Preset.Model.Dropout <= 0)
        {
            graph.Dispose();
            _graph = null;
            _say($"Steps are not recorded as a CUDA graph: {e.Message}");
            return false;
        }
    }

    private void Work()
    {
        using var scope = NewDisposeScope();
        var options = _run.Preset.Training;
        // Not zeroed: the backward pass then hands over what it has, and a recording has gradients of its own.
        foreach (var parameter in _parameters)
            parameter.grad = null;
        var type = _parameters[0].dtype;
        var target = Pixels.ToTensor(_bytes, (int)_bytes.shape[0], _run.Model, _run.Device).to(type);
        var before = new ForwardState(_run.Model);
        var terms = _run.Terms(target, _noise.to(type), _spoiling?.to(type), klWeight: 0, moving: _numbers[3].to(type)).Terms;
        var total = VaeLoss.Total(terms);
        total.backward();

        using var noGrad = no_grad();
        var raw = stack(terms.Select(term => term.Raw)).to(ScalarType.Float64);
        var sum = total.to(ScalarType.Float64);
        var norm = FixedStep.ClipGradients(_parameters, options.ClipNorm);
        norm = where(sum.isfinite(), norm, full_like(norm, double.NaN));
        var taken = norm.isfinite();
        if (options.SkipNorm > 0)
            taken = taken.logical_and(norm.le(options.SkipNorm));
        before.RestoreUnless(taken);
        FixedStep.Adam(_run.Optimizer, rate: _numbers[0], step: _numbers[1], taken);
        _run.Average.Update(kept: _numbers[2], taken);
        _answer ??= Stays(zeros([terms.Count + 3], ScalarType.Float64, _run.Device));
        _answer.copy_(cat([raw, stack([sum, norm, taken.to(ScalarType.Float64)])]));
        _terms = terms;
    }

    private static Tensor Stays(Tensor tensor) => tensor.DetachFromDisposeScope();
}
#endif
