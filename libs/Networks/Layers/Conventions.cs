namespace FaceMix.Networks.Layers;

/// <summary>Where the two frameworks of the published systems differ: padding, batch norm's numbers, first weights.</summary>
/// <param name="Same">
/// TensorFlow's 'same' padding, whose odd cell lies at the right and the bottom; otherwise PyTorch's, kernel / 2 on every side
/// with output padding on the way up.
/// </param>
/// <param name="NormMomentum">Share of a batch's statistics in the running ones.</param>
/// <param name="NormEpsilon">Added to batch norm's variance.</param>
/// <param name="Glorot">First weights: Glorot's uniform and no bias; otherwise PyTorch's uniform by fan-in, biases too.</param>
public sealed record Conventions(bool Same, double NormMomentum, double NormEpsilon, bool Glorot)
{
    /// <summary>What Keras calls momentum 0.99 is 0.01 here.</summary>
    public static Conventions Keras { get; } = new(Same: true, NormMomentum: 0.01, NormEpsilon: 1e-3, Glorot: true);

    public static Conventions PyTorch { get; } = new(Same: false, NormMomentum: 0.1, NormEpsilon: 1e-5, Glorot: false);

    /// <summary>Cells added before and after a side of a convolution's input.</summary>
    public (long Before, long After) Padding(long size, int kernel, int stride)
    {
        if (!Same)
            return (kernel / 2, kernel / 2);
        var steps = (size + stride - 1) / stride;
        var all = Math.Max(((steps - 1) * stride) + kernel - size, 0);
        return (all / 2, all - (all / 2));
    }

    /// <summary>Cells cut from a transposed convolution's full output, (size - 1)·stride + kernel long, so that size·stride are left.</summary>
    public (long Before, long After) Crop(int kernel, int stride)
    {
        var all = kernel - stride;
        var before = Same ? all / 2 : kernel / 2;
        return (before, all - before);
    }
}
