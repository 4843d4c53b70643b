using FaceMix.Networks;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Losses;

/// <param name="Name">Such as <c>l1</c>.</param>
/// <param name="Weight">What it was multiplied by at this step.</param>
/// <param name="Raw">The piece before its weight, a scalar.</param>
public readonly record struct LossTerm(string Name, double Weight, Tensor Raw)
{
    /// <summary>Whether anything is learnt from it.</summary>
    public bool Counts => Weight != 0;

    public Tensor Weighed => Raw * Weight;
}

/// <summary>The weighted sum of the pieces, each of which stays visible by itself.</summary>
/// <param name="options">Weights and schedules.</param>
/// <param name="range">Of the pictures.</param>
public sealed class VaeLoss(LossOptions options, PixelRange range = PixelRange.Signed)
{
    private readonly MsSsim _msSsim = new(options.MsSsimWindow, options.MsSsimScales);

    /// <param name="output">What the model made of <paramref name="target"/>.</param>
    /// <param name="target">Pictures [N, channels, H, W] in the model's range.</param>
    /// <param name="progress">Part of the run that is over, 0 to 1; the KL weight moves with it.</param>
    /// <param name="epoch">Epochs done; a stepped KL weight moves with it.</param>
    public (Tensor Total, IReadOnlyList<LossTerm> Terms) Compute(VaeOutput output, Tensor target, double progress, int epoch = 0)
    {
        var terms = Terms(output, target, KlWeight(progress, epoch));
        return (Total(terms), terms);
    }

    /// <summary>The pieces alone, for whoever adds more before they are summed.</summary>
    /// <param name="output">What the model made of <paramref name="target"/>.</param>
    /// <param name="target">Pictures [N, channels, H, W] in the model's range.</param>
    /// <param name="klWeight">From <see cref="KlWeight"/>.</param>
    public List<LossTerm> Terms(VaeOutput output, Tensor target, double klWeight)
    {
        var terms = new List<LossTerm>();
        var picture = output.Pictures[^1];
        var pixels = Pixels(target);
        if (options.L1 > 0)
            terms.Add(new("l1", options.L1, Reconstruction.L1(picture, target) * pixels));
        if (options.Mse > 0)
            terms.Add(new("mse", options.Mse, Reconstruction.Mse(picture, target) * pixels));
        if (options.Bce > 0)
            terms.Add(new("bce", options.Bce, Reconstruction.Bce(picture, target) * pixels));
        if (options.Edge > 0)
            terms.Add(new("edge", options.Edge, Reconstruction.Edge(picture, target) * pixels));
        if (options.MsSsim > 0)
            terms.Add(new("ms_ssim", options.MsSsim, 1 - _msSsim.Of(Unit(picture), Unit(target))));
        if (options.LowerLevels > 0)
            AddLowerLevels(terms, output.Pictures, target);
        if (output.Logvar is { } logvar)
            AddKl(terms, output.Mean, logvar, klWeight);
        return terms;
    }

    public static Tensor Total(IEnumerable<LossTerm> terms) =>
        terms.Where(term => term.Counts).Select(term => term.Weighed).Aggregate((a, b) => a + b);

    /// <summary>The KL weight at this part of the run.</summary>
    public double KlWeight(double progress, int epoch = 0) => options.KlSchedule.At(options.Kl, options.KlWarmup, progress, epoch);

    private void AddKl(List<LossTerm> terms, Tensor mean, Tensor logvar, double weight)
    {
        if (options is { FreeBits: <= 0, KlBalancing: false })
        {
            terms.Add(new("kl", weight, KlDivergence.OfStandardNormal(mean, logvar)));
            return;
        }
        // The true divergence is shown, what is pushed down is another number.
        var each = KlDivergence.OfEachNumber(mean, logvar);
        terms.Add(new("kl", 0, each.detach().sum()));
        terms.Add(new("kl_pressed", weight, KlDivergence.Pressed(each, options.FreeBits, options.KlBalancing)));
    }

    private void AddLowerLevels(List<LossTerm> terms, IReadOnlyList<Tensor> pictures, Tensor target)
    {
        for (var i = pictures.Count - 2; i >= 0; i--)
        {
            target = options.Halving == Halving.Bicubic ? Reconstruction.HalveBicubic(target) : Reconstruction.Halve(target);
            terms.Add(new($"l1_{target.shape[2]}", options.LowerLevels, Reconstruction.L1(pictures[i], target) * Pixels(target)));
        }
    }

    // A mean over pixels and batch times this is what the reduction asks for.
    private double Pixels(Tensor target) => options.Reduction == Reduction.Sum ? target.shape[1] * target.shape[2] * target.shape[3] : 1;

    /// <summary>The picture's pixels in [0, 1].</summary>
    public Tensor Unit(Tensor picture) => range == PixelRange.Signed ? (picture + 1) * 0.5 : picture;
}
