using FaceMix.Networks.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Losses;

/// <summary>How far pictures [N, C, H, W] are from their targets: each a mean over all elements, as a scalar.</summary>
public static class Reconstruction
{
    // As Keras has it: a logarithm beyond this would be infinite.
    private const double CrossEntropyMargin = 1e-7;

    // Keys' kernel halfway between pixels.
    private static readonly Constant s_cubic = new([-0.0625f, 0.5625f, 0.5625f, -0.0625f]);

    public static Tensor L1(Tensor picture, Tensor target) => (picture - target).abs().mean();

    public static Tensor Mse(Tensor picture, Tensor target)
    {
        var difference = picture - target;
        return (difference * difference).mean();
    }

    /// <summary>Binary cross-entropy in nats of pixels in [0, 1].</summary>
    public static Tensor Bce(Tensor picture, Tensor target)
    {
        var p = picture.clamp(CrossEntropyMargin, 1 - CrossEntropyMargin);
        return -((target * p.log()) + ((1 - target) * (1 - p).log())).mean();
    }

    /// <summary>L1 of the differences to the right-hand and the lower neighbour.</summary>
    public static Tensor Edge(Tensor picture, Tensor target)
    {
        var difference = picture - target;
        return (Step(difference, 3).abs().mean() + Step(difference, 2).abs().mean()) * 0.5;
    }

    /// <summary>Halves pictures by averaging 2×2 pixels.</summary>
    public static Tensor Halve(Tensor picture) => functional.avg_pool2d(picture, 2);

    /// <summary>
    /// Halves pictures as TensorFlow's <c>tf.image.resize(…, "bicubic")</c> does without antialias: Keys' kernel with a = -0.5, whose
    /// taps halfway between pixels are -0.0625, 0.5625, 0.5625, -0.0625; at the border the taps that are left are scaled to sum to 1.
    /// </summary>
    public static Tensor HalveBicubic(Tensor picture)
    {
        var (count, channels, height, width) = (picture.shape[0], picture.shape[1], picture.shape[2], picture.shape[3]);
        var taps = s_cubic.On(picture.device, picture.dtype);
        var kernel = taps.outer(taps).reshape(1, 1, 4, 4);
        Tensor Filtered(Tensor x) => functional.conv2d(x, kernel, strides: [2, 2], padding: [1, 1]);
        var sums = Filtered(picture.reshape(count * channels, 1, height, width));
        var shares = Filtered(ones([1, 1, height, width], dtype: picture.dtype, device: picture.device));
        return (sums / shares).reshape(count, channels, height / 2, width / 2);
    }

    private static Tensor Step(Tensor x, int dimension)
    {
        var last = x.shape[dimension] - 1;
        return x.narrow(dimension, 1, last) - x.narrow(dimension, 0, last);
    }
}
