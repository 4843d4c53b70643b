using FaceMix.Latents;
using MathNet.Numerics.LinearAlgebra;

namespace FaceMix.Evaluation;

/// <summary>
/// For each attribute the way a latent moves when a face gets it and keeps all else: the least-squares fit of latents by all
/// attributes at once. The plain difference of two mean latents would carry along whatever else goes with the attribute; what
/// the attribute rules out goes with it all the same, because a face cannot have a goatee and no beard.
/// </summary>
public sealed class AttributeDirections
{
    // Of one face's weight; keeps the fit defined when two attributes always go together.
    private const double Ridge = 1;

    private const double ExpectedTogether = 5;

    private readonly float[] _means;
    private readonly int _latent;
    private readonly float[][] _directions;
    private readonly double[] _deviations;

    private AttributeDirections(float[] means, int latent, float[][] directions)
    {
        (_means, _latent, _directions) = (means, latent, directions);
        _deviations = Array.ConvertAll(directions, Deviation);
    }

    /// <param name="means">Posterior means [N, latent].</param>
    /// <param name="latent">Length of a latent.</param>
    /// <param name="masks">[N].</param>
    /// <param name="attributes">How many attributes there are.</param>
    public static AttributeDirections Fit(float[] means, int latent, AttributeMask[] masks, int attributes)
    {
        // The last column of 1 is the face without any attribute.
        var x = Matrix<double>.Build.Dense(masks.Length, attributes + 1, (n, k) => k == attributes || masks[n].Has(k) ? 1 : 0);
        var z = Matrix<double>.Build.Dense(masks.Length, latent, (n, i) => means[(n * latent) + i]);
        var normal = x.TransposeThisAndMultiply(x) + Matrix<double>.Build.DenseDiagonal(attributes + 1, Ridge);
        var ruledOut = RuledOut(masks, attributes);
        var fit = normal.Cholesky().Solve(x.TransposeThisAndMultiply(z));
        return new AttributeDirections(means, latent, [.. Enumerable.Range(0, attributes).Select(Direction)]);

        float[] Direction(int k)
        {
            var direction = fit.Row(k);
            var lacking = masks.Where(mask => !mask.Has(k)).ToArray();
            for (var other = 0; other < attributes && lacking.Length > 0; other++)
            {
                // As much of it as there is to lose, on the mean.
                if (other != k && ruledOut[k].Has(other))
                    direction -= fit.Row(other) * lacking.Count(mask => mask.Has(other)) / lacking.Length;
            }
            return [.. direction.Select(value => (float)value)];
        }
    }

    /// <summary>
    /// For each attribute those that never go with it, as a mask: pairs that the faces could have shown together five times by
    /// chance, and never did. A face that turns blond cannot stay black-haired.
    /// </summary>
    /// <param name="masks">Of many faces.</param>
    /// <param name="attributes">How many attributes there are.</param>
    public static AttributeMask[] RuledOut(AttributeMask[] masks, int attributes)
    {
        var ruledOut = new AttributeMask[attributes];
        var having = Enumerable.Range(0, attributes).Select(k => (double)masks.Count(mask => mask.Has(k))).ToArray();
        for (var one = 0; one < attributes; one++)
        {
            for (var other = 0; other < attributes; other++)
            {
                var could = having[one] * having[other] / Math.Max(masks.Length, 1) >= ExpectedTogether;
                if (other != one && could && !masks.Any(mask => mask.Has(one) && mask.Has(other)))
                    ruledOut[one] |= AttributeMask.Of(other);
            }
        }
        return ruledOut;
    }

    /// <summary>Added to a latent that lacks the attribute, it gives it; [latent].</summary>
    public float[] Of(int attribute) => _directions[attribute];

    /// <summary>How many of <see cref="Of"/> make one standard deviation of all faces along it; 0 for an attribute that says nothing.</summary>
    public double StepsPerDeviation(int attribute)
    {
        var length = Math.Sqrt(_directions[attribute].Sum(value => (double)value * value));
        return length > 1e-9 ? _deviations[attribute] / length : 0;
    }

    private double Deviation(float[] direction)
    {
        var length = Math.Sqrt(direction.Sum(value => (double)value * value));
        if (length <= 1e-9)
            return 0;
        var count = _means.Length / _latent;
        var along = new double[count];
        for (var i = 0; i < _means.Length; i++)
            along[i / _latent] += _means[i] * direction[i % _latent] / length;
        var mean = along.Average();
        return Math.Sqrt(along.Average(value => Math.Pow(value - mean, 2)));
    }
}
