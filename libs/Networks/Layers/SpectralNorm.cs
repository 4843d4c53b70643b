using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Networks.Layers;

/// <summary>
/// Divides a weight by its largest singular value σ, found by power iteration (Miyato et al. 2018): from the direction u kept
/// from the step before, v = Wᵀu/|Wᵀu|, u = Wv/|Wv|, σ = uᵀWv. One iteration a step follows the slowly changing weight.
/// </summary>
public static class SpectralNorm
{
    /// <param name="weight">[out, …]; its gradient sees σ, too, with u and v held still.</param>
    /// <param name="u">[out]; moved on in training.</param>
    /// <param name="training">Whether <paramref name="u"/> is moved on.</param>
    public static Tensor Apply(Tensor weight, Tensor u, bool training)
    {
        var matrix = weight.flatten(1); // [out, rest]
        Tensor left, right;
        using (no_grad())
        {
            var w = matrix.detach();
            right = functional.normalize(w.t().mv(u), dim: 0);
            left = functional.normalize(w.mv(right), dim: 0);
            if (training)
                u.copy_(left);
        }
        return weight / left.dot(matrix.mv(right));
    }

    /// <summary>The same σ from plain arrays, for export.</summary>
    /// <param name="weight">Row-major, as many rows as <paramref name="u"/> has numbers.</param>
    /// <param name="u">The kept direction; its length does not matter.</param>
    public static double Sigma(ReadOnlySpan<float> weight, ReadOnlySpan<float> u)
    {
        var columns = weight.Length / u.Length;
        var v = new double[columns];
        for (var row = 0; row < u.Length; row++)
        {
            for (var column = 0; column < columns; column++)
                v[column] += weight[(row * columns) + column] * (double)u[row];
        }
        var length = Math.Max(Math.Sqrt(v.Sum(x => x * x)), 1e-12);
        double square = 0;
        for (var row = 0; row < u.Length; row++)
        {
            double sum = 0;
            for (var column = 0; column < columns; column++)
                sum += weight[(row * columns) + column] * v[column] / length;
            square += sum * sum;
        }
        return Math.Max(Math.Sqrt(square), 1e-12);
    }
}
