using static TorchSharp.torch;

namespace FaceMix.Evaluation;

/// <param name="Ssim">On the whole picture, -1 to 1.</param>
/// <param name="MsSsim">Over <paramref name="Scales"/> scales, 0 to 1.</param>
/// <param name="Scales">5 as published; fewer for pictures too small to be halved four times.</param>
public readonly record struct Similarity(double Ssim, double MsSsim, int Scales)
{
    /// <summary>What a reader must know to compare the number with another's.</summary>
    public string Convention => $"Gaussian window {StructuralSimilarity.Window}, sigma {StructuralSimilarity.Sigma}, K 0.01 and 0.03, {Scales} scales, mean over R, G and B";
}

/// <summary>
/// SSIM (Wang, Bovik, Sheikh and Simoncelli, 2004) and MS-SSIM (Wang, Simoncelli and Bovik, 2003), with the published window,
/// constants and weights, on each colour channel, where the window lies wholly within the picture.
/// </summary>
public static class StructuralSimilarity
{
    public const int Window = 11;
    public const double Sigma = 1.5;

    private const double C1 = 0.01 * 0.01;
    private const double C2 = 0.03 * 0.03;
    private const int Some = 64;

    private static readonly double[] s_weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    /// <summary>How many of the five scales still hold a window. The weights of those used are scaled to a sum of 1.</summary>
    /// <param name="size">Width and height, at least <see cref="Window"/>.</param>
    public static int Scales(int size)
    {
        var scales = 1;
        while (scales < s_weights.Length && size >> scales >= Window)
            scales++;
        return scales;
    }

    /// <summary>Means over all pictures.</summary>
    /// <param name="pictures">uint8 [N, H, W, 3].</param>
    /// <param name="originals">As many.</param>
    /// <param name="size">H and W, at least <see cref="Window"/>.</param>
    /// <exception cref="ArgumentException">The two differ in length, hold no picture, or are too small for one window.</exception>
    public static Similarity Of(byte[] pictures, byte[] originals, int size)
    {
        var bytes = size * size * 3;
        if (pictures.Length != originals.Length || pictures.Length == 0 || pictures.Length % bytes != 0 || size < Window)
            throw new ArgumentException($"{pictures.Length} and {originals.Length} bytes cannot be compared as pictures of {size} pixels.", nameof(pictures));
        var count = pictures.Length / bytes;
        using var noGrad = no_grad();
        double ssim = 0, msSsim = 0;
        for (var first = 0; first < count; first += Some)
        {
            using var scope = NewDisposeScope();
            var some = Math.Min(Some, count - first);
            Tensor Part(byte[] rgb) => Planes.Of(rgb.AsSpan(first * bytes, some * bytes), size);
            var (one, many) = Compare(Part(pictures), Part(originals), Scales(size));
            ssim += one.mean().item<float>() * some / count;
            msSsim += many.mean().item<float>() * some / count;
        }
        return new Similarity(ssim, msSsim, Scales(size));
    }

    /// <param name="x">[N, C, H, W] in [0, 1].</param>
    /// <param name="y">As x.</param>
    /// <param name="scales">1 to <see cref="Scales"/>.</param>
    /// <returns>SSIM and MS-SSIM, both [N, C].</returns>
    public static (Tensor Ssim, Tensor MsSsim) Compare(Tensor x, Tensor y, int scales)
    {
        var kernel = Gaussian();
        var sum = s_weights[..scales].Sum();
        Tensor? ssim = null, product = null;
        for (var scale = 0; scale < scales; scale++)
        {
            var (whole, contrast) = OneScale(x, y, kernel); // [N, C] each
            ssim ??= whole;
            // A negative contrast has no fractional power: nothing there is alike.
            var factor = (scale == scales - 1 ? whole : contrast).clamp_min(0).pow(s_weights[scale] / sum);
            product = product is null ? factor : product * factor;
            if (scale < scales - 1)
                (x, y) = (nn.functional.avg_pool2d(x, 2), nn.functional.avg_pool2d(y, 2));
        }
        return (ssim!, product!);
    }

    private static (Tensor Ssim, Tensor Contrast) OneScale(Tensor x, Tensor y, Tensor kernel)
    {
        var (muX, muY) = (Blur(x, kernel), Blur(y, kernel));
        var varianceX = Blur(x * x, kernel) - (muX * muX);
        var varianceY = Blur(y * y, kernel) - (muY * muY);
        var covariance = Blur(x * y, kernel) - (muX * muY);
        var contrast = ((covariance * 2) + C2) / (varianceX + varianceY + C2);
        var luminance = ((muX * muY * 2) + C1) / ((muX * muX) + (muY * muY) + C1);
        return ((luminance * contrast).mean([2, 3]), contrast.mean([2, 3]));
    }

    // [N, C, H, W] -> [N, C, H - 10, W - 10]; first along rows, then along columns.
    private static Tensor Blur(Tensor x, Tensor kernel)
    {
        var (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        var planes = x.reshape(n * c, 1, h, w);
        var rows = nn.functional.conv2d(planes, kernel.reshape(1, 1, 1, Window));
        var both = nn.functional.conv2d(rows, kernel.reshape(1, 1, Window, 1));
        return both.reshape(n, c, h - Window + 1, w - Window + 1);
    }

    private static Tensor Gaussian()
    {
        var weights = Enumerable.Range(0, Window).Select(i => Math.Exp(-Math.Pow(i - (Window / 2), 2) / (2 * Sigma * Sigma))).ToArray();
        return tensor([.. weights.Select(weight => (float)(weight / weights.Sum()))], [Window]);
    }
}
