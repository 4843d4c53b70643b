using FaceMix.Networks.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Losses;

/// <summary>
/// Multi-scale structural similarity (Wang, Simoncelli and Bovik 2003) of pixels in [0, 1]: a Gaussian window of deviation 1.5 without
/// padding, constants 0.01² and 0.03², scales halved by averaging 2×2 pixels and weighed 0.0448, 0.2856, 0.3001, 0.2363, 0.1333.
/// A picture whose smallest scale would not hold the window uses fewer scales, and their weights are scaled to sum to 1.
/// </summary>
/// <param name="window">Side of the window in pixels, odd.</param>
/// <param name="scales">1 to 5.</param>
public sealed class MsSsim(int window = 11, int scales = 5)
{
    private const double Deviation = 1.5;
    private const double C1 = 0.01 * 0.01;
    private const double C2 = 0.03 * 0.03;

    // Contrast can be below 0, where a power of it would not be a number.
    private const double LeastContrast = 1e-4;

    private static readonly double[] s_weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    private readonly Constant _taps = new(Gaussian(window));

    /// <summary>How many scales a picture of this size is compared at; 0: it is smaller than the window.</summary>
    public int ScalesFor(long size)
    {
        var possible = 0;
        for (; size >= window && possible < scales; size /= 2)
            possible++;
        return possible;
    }

    /// <param name="picture">[N, C, H, W] in [0, 1].</param>
    /// <param name="target">As many.</param>
    /// <returns>Mean over pictures and channels, a scalar: 1 for equal pictures.</returns>
    /// <exception cref="ArgumentException">The pictures are smaller than the window.</exception>
    public Tensor Of(Tensor picture, Tensor target)
    {
        var levels = ScalesFor(Math.Min(picture.shape[2], picture.shape[3]));
        if (levels == 0)
            throw new ArgumentException($"Pictures of {picture.shape[3]} × {picture.shape[2]} pixels are smaller than a window of {window}.", nameof(picture));
        var all = s_weights[..levels].Sum();
        var taps = _taps.On(picture.device, picture.dtype);
        var (x, y) = (Planes(picture), Planes(target));
        Tensor? product = null;
        for (var level = 0; level < levels; level++)
        {
            var (luminance, contrast) = Compare(x, y, taps);
            var factor = (level == levels - 1 ? (luminance * contrast) : contrast).mean([1, 2, 3]).clamp_min(LeastContrast).pow(s_weights[level] / all);
            product = product is null ? factor : product * factor;
            (x, y) = (Reconstruction.Halve(x), Reconstruction.Halve(y));
        }
        return product!.mean();
    }

    private (Tensor Luminance, Tensor Contrast) Compare(Tensor x, Tensor y, Tensor taps)
    {
        var (mx, my) = (Blur(x, taps), Blur(y, taps));
        var xx = Blur(x * x, taps) - (mx * mx);
        var yy = Blur(y * y, taps) - (my * my);
        var xy = Blur(x * y, taps) - (mx * my);
        var luminance = ((mx * my * 2) + C1) / ((mx * mx) + (my * my) + C1);
        return (luminance, ((xy * 2) + C2) / (xx + yy + C2));
    }

    // The Gaussian is a product of two lines.
    private Tensor Blur(Tensor x, Tensor taps) =>
        functional.conv2d(functional.conv2d(x, taps.reshape(1, 1, window, 1)), taps.reshape(1, 1, 1, window));

    private static float[] Gaussian(int window)
    {
        var values = Enumerable.Range(0, window).Select(i => Math.Exp(-Math.Pow(i - (window / 2), 2) / (2 * Deviation * Deviation))).ToArray();
        return [.. values.Select(value => (float)(value / values.Sum()))];
    }

    private static Tensor Planes(Tensor x) => x.reshape(x.shape[0] * x.shape[1], 1, x.shape[2], x.shape[3]);
}
