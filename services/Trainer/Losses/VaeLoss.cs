using FaceMix.Trainer.Models;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Losses;

/// <param name="Name">Such as <c>l1</c>.</param>
/// <param name="Weight">What it was multiplied by at this step.</param>
/// <param name="Raw">The piece before its weight, a scalar.</param>
public readonly record struct LossTerm(string Name, double Weight, Tensor Raw);

/// <summary>The weighted sum of the pieces, each of which stays visible by itself.</summary>
public sealed class VaeLoss(LossOptions options)
{
    /// <param name="output">What the model made of <paramref name="target"/>.</param>
    /// <param name="target">Pictures [N, 3, H, W] in [-1, 1].</param>
    /// <param name="progress">Part of the run that is over, 0 to 1; the KL weight rises with it.</param>
    public (Tensor Total, IReadOnlyList<LossTerm> Terms) Compute(VaeOutput output, Tensor target, double progress)
    {
        var terms = new List<LossTerm>();
        var picture = output.Pictures[^1];
        if (options.L1 > 0)
            terms.Add(new("l1", options.L1, Reconstruction.L1(picture, target)));
        if (options.Mse > 0)
            terms.Add(new("mse", options.Mse, Reconstruction.Mse(picture, target)));
        if (options.Edge > 0)
            terms.Add(new("edge", options.Edge, Reconstruction.Edge(picture, target)));
        if (options.LowerLevels > 0)
            AddLowerLevels(terms, output.Pictures, target);
        if (output.Logvar is { } logvar)
            terms.Add(new("kl", KlWeight(progress), KlDivergence.OfStandardNormal(output.Mean, logvar)));
        return (terms.Select(term => term.Raw * term.Weight).Aggregate((a, b) => a + b), terms);
    }

    /// <summary>The KL weight at this part of the run.</summary>
    public double KlWeight(double progress) =>
        options.KlWarmup <= 0 ? options.Kl : options.Kl * Math.Clamp(progress / options.KlWarmup, 0, 1);

    private void AddLowerLevels(List<LossTerm> terms, IReadOnlyList<Tensor> pictures, Tensor target)
    {
        for (var i = pictures.Count - 2; i >= 0; i--)
        {
            target = Reconstruction.Halve(target);
            terms.Add(new($"l1_{target.shape[2]}", options.LowerLevels, Reconstruction.L1(pictures[i], target)));
        }
    }
}
