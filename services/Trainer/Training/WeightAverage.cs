using FaceMix.Networks;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>
/// An exponential moving average of a model's parameters and running statistics; the averaged model is what is
/// measured and exported. Early on the average forgets faster, so that the random start does not linger.
/// </summary>
public sealed class WeightAverage : IDisposable
{
    private readonly string[] names;
    private readonly Tensor[] sources;
    private readonly Tensor[] averages;
    private readonly double keep;

    /// <param name="model">Its present values begin the average.</param>
    /// <param name="keep">Share of the old average kept at each step, 0 to below 1; at 0 the average is the model itself, and costs no memory.</param>
    public WeightAverage(nn.Module model, double keep)
    {
        this.keep = keep;
        using var noGrad = no_grad();
        names = [.. Weights.Floating(model).Select(pair => pair.Name)];
        sources = [.. Weights.Floating(model).Select(pair => pair.Tensor)];
        averages = keep > 0 ? [.. sources.Select(source => source.detach().clone().DetachFromDisposeScope())] : sources;
    }

    public IEnumerable<(string Name, Tensor Average)> Averages => names.Zip(averages);

    /// <summary>Takes in the model's present values.</summary>
    /// <param name="step">Steps done, from 0.</param>
    public void Update(long step)
    {
        if (keep > 0)
            Fused.Lerp(averages, sources, 1 - KeptAt(keep, step));
    }

    /// <summary>The share kept at a step: (1 + step) / (10 + step) until that passes <paramref name="keep"/>.</summary>
    public static double KeptAt(double keep, long step) => Math.Min(keep, (1.0 + step) / (10.0 + step));

    /// <summary>Puts the averaged values into a model of the same shape.</summary>
    public void CopyTo(nn.Module model)
    {
        using var noGrad = no_grad();
        var targets = Weights.Floating(model).ToDictionary(pair => pair.Name, pair => pair.Tensor);
        foreach (var (name, average) in Averages)
            targets[name].copy_(average);
    }

    public void Dispose()
    {
        if (keep <= 0)
            return;
        foreach (var average in averages)
            average.Dispose();
    }
}
