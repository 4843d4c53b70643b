using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Losses;

/// <summary>How far pictures [N, C, H, W] are from their targets: each a mean over all elements, as a scalar.</summary>
public static class Reconstruction
{
    public static Tensor L1(Tensor picture, Tensor target) => (picture - target).abs().mean();

    public static Tensor Mse(Tensor picture, Tensor target)
    {
        var difference = picture - target;
        return (difference * difference).mean();
    }

    /// <summary>L1 of the differences to the right-hand and the lower neighbour.</summary>
    public static Tensor Edge(Tensor picture, Tensor target)
    {
        var difference = picture - target;
        return (Step(difference, 3).abs().mean() + Step(difference, 2).abs().mean()) * 0.5;
    }

    /// <summary>Halves pictures by averaging 2×2 pixels.</summary>
    public static Tensor Halve(Tensor picture) => functional.avg_pool2d(picture, 2);

    private static Tensor Step(Tensor x, int dimension)
    {
        var last = x.shape[dimension] - 1;
        return x.narrow(dimension, 1, last) - x.narrow(dimension, 0, last);
    }
}
