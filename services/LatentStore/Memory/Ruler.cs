using System.Numerics.Tensors;
using FaceMix.LatentStore.Search;

namespace FaceMix.LatentStore.Memory;

/// <summary>Measures distances to one query: roughly with bounds that are proven, and exactly.</summary>
public abstract class Ruler
{
    // Half a unit in the last place of a float.
    private const double RoundOff = 1.0 / (1 << 24);

    /// <param name="metric">How.</param>
    /// <param name="query">From where.</param>
    public static Ruler For(Metric metric, ReadOnlySpan<float> query) =>
        metric == Metric.Cosine ? new CosineRuler(query.ToArray()) : new EuclideanRuler(query.ToArray());

    /// <summary>Bounds of a latent's distance; false when it has none.</summary>
    /// <param name="latent">As long as the query.</param>
    /// <param name="norm">The latent's length.</param>
    /// <param name="lower">Not above the true distance.</param>
    /// <param name="upper">Not below it.</param>
    public abstract bool Measure(ReadOnlySpan<float> latent, double norm, out double lower, out double upper);

    /// <summary>The distance, computed in double.</summary>
    public abstract double Exactly(ReadOnlySpan<float> latent);

    private sealed class EuclideanRuler(float[] query) : Ruler
    {
        // n squares of differences, each rounded three times, summed in any order: (n + 3) roundings at most, halved by the root; the rest
        // is generosity. A square may underflow by 2^-149.
        private readonly double _relative = (query.Length + 8) * RoundOff;
        private readonly double _absolute = Math.Sqrt(query.Length) * Math.Pow(2, -74);

        public override bool Measure(ReadOnlySpan<float> latent, double norm, out double lower, out double upper)
        {
            double rough = TensorPrimitives.Distance(latent, query);
            lower = (rough * (1 - _relative)) - _absolute;
            upper = (rough * (1 + _relative)) + _absolute;
            return true;
        }

        public override double Exactly(ReadOnlySpan<float> latent)
        {
            var sum = 0.0;
            for (var i = 0; i < latent.Length; i++)
            {
                var difference = (double)latent[i] - query[i];
                sum += difference * difference;
            }
            return Math.Sqrt(sum);
        }
    }

    private sealed class CosineRuler : Ruler
    {
        // Below this length, products with a query of length 1 may underflow by more than the bound allows.
        private static readonly double Tiny = Math.Pow(2, -60);

        private readonly float[] _query;
        private readonly float[] _unit;
        private readonly double _norm;
        private readonly double _error;

        public CosineRuler(float[] query)
        {
            _query = query;
            _norm = Math.Sqrt(query.Sum(value => (double)value * value));
            _unit = [.. query.Select(value => (float)(value / _norm))];
            // By Cauchy and Schwarz the sum of the products' sizes is at most the latent's length.
            _error = (query.Length + 8) * RoundOff;
        }

        public override bool Measure(ReadOnlySpan<float> latent, double norm, out double lower, out double upper)
        {
            (lower, upper) = (0, 0);
            if (norm == 0)
                return false;
            if (norm < Tiny)
            {
                lower = upper = Exactly(latent);
                return true;
            }
            var rough = 1 - (TensorPrimitives.Dot(latent, _unit) / norm);
            (lower, upper) = (rough - _error, rough + _error);
            return true;
        }

        public override double Exactly(ReadOnlySpan<float> latent)
        {
            var (dot, square) = (0.0, 0.0);
            for (var i = 0; i < latent.Length; i++)
            {
                dot += (double)latent[i] * _query[i];
                square += (double)latent[i] * latent[i];
            }
            // Rounding may give a hair below 0 for a latent and itself.
            return Math.Max(0, 1 - (dot / (Math.Sqrt(square) * _norm)));
        }
    }
}
