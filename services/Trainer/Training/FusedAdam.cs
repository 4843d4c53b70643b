using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>What Adam remembers of one parameter; the tensors lie as the parameter does.</summary>
public sealed class Moments(Tensor mean, Tensor square)
{
    public Tensor Mean { get; } = mean;

    public Tensor Square { get; } = square;

    /// <summary>Steps taken.</summary>
    public long Steps { get; set; }
}

/// <summary>Adam (Kingma and Ba 2015) or AdamW (Loshchilov and Hutter 2019) over all of a network's parameters in one call.</summary>
public sealed class FusedAdam : IDisposable
{
    private readonly (Parameter Parameter, Moments Moments)[] _entries;

    /// <param name="parameters">What it moves; not disposed with it.</param>
    /// <param name="rate">Learning rate to begin with.</param>
    /// <param name="beta1">Share of the old first moment.</param>
    /// <param name="beta2">Share of the old second moment.</param>
    public FusedAdam(IEnumerable<Parameter> parameters, double rate, double beta1 = 0.9, double beta2 = 0.999)
    {
        (Rate, Beta1, Beta2) = (rate, beta1, beta2);
        using var noGrad = no_grad();
        _entries = [.. parameters.Select(parameter => (parameter, new Moments(Zeros(parameter), Zeros(parameter))))];
    }

    public double Rate { get; set; }

    public double Beta1 { get; }

    public double Beta2 { get; }

    /// <summary>Keeps the division finite.</summary>
    public double Epsilon { get; init; } = 1e-8;

    public double WeightDecay { get; init; }

    /// <summary>AdamW's weight decay, which does not go through the moments.</summary>
    public bool Decoupled { get; init; }

    /// <summary>Of every parameter, in the order they were given.</summary>
    public IEnumerable<Moments> Moments => _entries.Select(entry => entry.Moments);

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGrad()
    {
        foreach (var (parameter, _) in _entries)
            parameter.grad = null;
    }

    /// <summary>Scales the gradients down until together they are no longer than a limit.</summary>
    /// <param name="limit">Longest norm; 0: they stay as they are.</param>
    /// <returns>Their norm before, a scalar.</returns>
    public Tensor Clip(double limit)
    {
        var gradients = _entries.Select(entry => entry.Parameter.grad).OfType<Tensor>().ToArray();
        var norm = Fused.Norm(gradients);
        if (limit > 0)
            Fused.Scale(gradients, (limit / (norm + 1e-6)).clamp_max(1));
        return norm;
    }

    /// <summary>One step; a parameter without a gradient stays where it is.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        var moved = _entries.Select(entry => (entry.Parameter, Gradient: entry.Parameter.grad, entry.Moments)).Where(entry => entry.Gradient is not null).ToList();
        foreach (var (_, _, moments) in moved)
            moments.Steps++;
        // All have taken as many steps, but for networks with a part that learns only now and then.
        foreach (var group in moved.GroupBy(entry => entry.Moments.Steps))
        {
            Fused.Adam(
                Decoupled, [.. group.Select(entry => entry.Parameter)], [.. group.Select(entry => entry.Gradient!)],
                [.. group.Select(entry => entry.Moments.Mean)], [.. group.Select(entry => entry.Moments.Square)],
                group.Key, Rate, Beta1, Beta2, Epsilon, WeightDecay);
        }
    }

    public void Dispose()
    {
        foreach (var moments in Moments)
        {
            moments.Mean.Dispose();
            moments.Square.Dispose();
        }
    }

    private static Tensor Zeros(Parameter parameter) => zeros_like(parameter).DetachFromDisposeScope();
}
