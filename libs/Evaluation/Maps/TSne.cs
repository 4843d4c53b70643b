using FaceMix.Latents;

namespace FaceMix.Evaluation.Maps;

/// <summary>
/// t-SNE (van der Maaten and Hinton, 2008), exact: every pair of points counts, so that no approximation's parameter needs explaining.
/// Neighbours on the map were neighbours among the latents; distances between far heaps mean nothing.
/// </summary>
public static class TSne
{
    /// <summary>More points than this take too long, because time goes with their square.</summary>
    public const int MostPoints = 1500;

    private const int Rounds = 400;
    private const int Exaggerated = 100;
    private const double Exaggeration = 12;
    private const double EarlyMomentum = 0.5;
    private const double LateMomentum = 0.8;
    private const double SmallestGain = 0.01;

    /// <param name="rows">[N, width], row by row; N is 4 to <see cref="MostPoints"/>.</param>
    /// <param name="width">Numbers in a row.</param>
    /// <param name="seed">Decides where points start.</param>
    /// <param name="perplexity">About how many neighbours a point has; lowered for fewer than three times as many points.</param>
    /// <returns>[N, 2].</returns>
    public static double[] Map(float[] rows, int width, ulong seed, double perplexity = 30)
    {
        var count = rows.Length / width;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 4, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostPoints, nameof(rows));
        var near = Affinities(SquareDistances(rows, width), count, Math.Min(perplexity, (count - 1) / 3.0));
        var y = Array.ConvertAll(Noise.Normal(seed, 0, count * 2), value => 1e-2 * value);
        var (speed, gains) = (new double[count * 2], new double[count * 2]);
        Array.Fill(gains, 1);
        // As the authors' later advice has it: with N / exaggeration, nothing has to be tuned.
        var rate = Math.Max(count / Exaggeration / 4, 50);
        for (var round = 0; round < Rounds; round++)
        {
            var gradient = Gradient(near, y, count, round < Exaggerated ? Exaggeration : 1);
            var momentum = round < Exaggerated ? EarlyMomentum : LateMomentum;
            for (var i = 0; i < y.Length; i++)
            {
                gains[i] = Math.Max(SmallestGain, Math.Sign(gradient[i]) != Math.Sign(speed[i]) ? gains[i] + 0.2 : gains[i] * 0.8);
                speed[i] = (momentum * speed[i]) - (rate * gains[i] * gradient[i]);
                y[i] += speed[i];
            }
        }
        return y;
    }

    private static double[] Gradient(float[] near, double[] y, int count, double exaggeration)
    {
        // Two passes: the sum over all pairs comes first, because every force is divided by it.
        var kernel = new float[count * count];
        double sum = 0;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (dx, dy) = (y[2 * i] - y[2 * j], y[(2 * i) + 1] - y[(2 * j) + 1]);
                var value = 1 / (1 + (dx * dx) + (dy * dy));
                kernel[(i * count) + j] = (float)value;
                sum += 2 * value;
            }
        }
        var gradient = new double[count * 2];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                double q = kernel[(i * count) + j];
                var force = 4 * ((exaggeration * near[(i * count) + j]) - (q / sum)) * q;
                var (fx, fy) = (force * (y[2 * i] - y[2 * j]), force * (y[(2 * i) + 1] - y[(2 * j) + 1]));
                gradient[2 * i] += fx;
                gradient[(2 * i) + 1] += fy;
                gradient[2 * j] -= fx;
                gradient[(2 * j) + 1] -= fy;
            }
        }
        return gradient;
    }

    /// <summary>Symmetric neighbourhoods of the wanted perplexity; their sum over all ordered pairs is 1.</summary>
    private static float[] Affinities(double[] distances, int count, double perplexity)
    {
        var one = new double[count * count];
        for (var i = 0; i < count; i++)
            Neighbours(distances.AsSpan(i * count, count), i, Math.Log(perplexity), one.AsSpan(i * count, count));
        var both = new float[count * count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
                both[(i * count) + j] = (float)((one[(i * count) + j] + one[(j * count) + i]) / (2.0 * count));
        }
        return both;
    }

    // Bisection on the width of the Gaussian around one point until its entropy is the wanted one.
    private static void Neighbours(ReadOnlySpan<double> distances, int self, double entropy, Span<double> shares)
    {
        var nearest = double.MaxValue;
        for (var j = 0; j < distances.Length; j++)
            nearest = j == self ? nearest : Math.Min(nearest, distances[j]);
        var (low, high, beta) = (0.0, double.PositiveInfinity, 1.0);
        for (var round = 0; round < 60; round++)
        {
            double sum = 0, weighted = 0;
            for (var j = 0; j < distances.Length; j++)
            {
                shares[j] = j == self ? 0 : Math.Exp(-beta * (distances[j] - nearest));
                sum += shares[j];
                weighted += shares[j] * (distances[j] - nearest);
            }
            for (var j = 0; j < shares.Length; j++)
                shares[j] /= sum;
            var difference = Math.Log(sum) + (beta * weighted / sum) - entropy;
            if (Math.Abs(difference) < 1e-5)
                return;
            (low, high) = difference > 0 ? (beta, high) : (low, beta);
            beta = double.IsInfinity(high) ? beta * 2 : (low + high) / 2;
        }
    }

    private static double[] SquareDistances(float[] rows, int width)
    {
        var count = rows.Length / width;
        var distances = new double[count * count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                double sum = 0;
                for (var k = 0; k < width; k++)
                {
                    double difference = rows[(i * width) + k] - rows[(j * width) + k];
                    sum += difference * difference;
                }
                distances[(i * count) + j] = distances[(j * count) + i] = sum;
            }
        }
        return distances;
    }
}
