namespace FaceMix.Evaluation;

/// <summary>Peak signal-to-noise ratio in decibels, of the mean squared error over all pixels of all pictures; a higher one is better.</summary>
public static class Psnr
{
    /// <param name="pictures">Bytes.</param>
    /// <param name="originals">As many bytes.</param>
    public static double Of(ReadOnlySpan<byte> pictures, ReadOnlySpan<byte> originals)
    {
        if (pictures.Length != originals.Length)
            throw new ArgumentException($"{pictures.Length} bytes cannot be compared with {originals.Length}.", nameof(pictures));
        double sum = 0;
        for (var i = 0; i < pictures.Length; i++)
        {
            double difference = pictures[i] - originals[i];
            sum += difference * difference;
        }
        return FromMeanSquare(sum / pictures.Length);
    }

    /// <summary>What answering every picture with one and the same would reach.</summary>
    /// <param name="mean">One picture, bytes as numbers.</param>
    /// <param name="originals">Any number of pictures of that size.</param>
    public static double OfConstant(ReadOnlySpan<double> mean, ReadOnlySpan<byte> originals)
    {
        double sum = 0;
        for (var i = 0; i < originals.Length; i++)
        {
            var difference = mean[i % mean.Length] - originals[i];
            sum += difference * difference;
        }
        return FromMeanSquare(sum / originals.Length);
    }

    private static double FromMeanSquare(double meanSquare) => 10 * Math.Log10(255.0 * 255.0 / Math.Max(meanSquare, 1e-12));
}
