using FaceMix.Trainer.Training;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Export;

/// <summary>
/// Several Gaussians instead of one for the latents of a data set, fitted by expectation and maximisation (Dempster, Laird and Rubin, 1977)
/// from k-means++ centres (Arthur and Vassilvitskii, 2007).
/// </summary>
/// <param name="Weights">[components], their sum is 1.</param>
/// <param name="Means">[components, latent].</param>
/// <param name="Choleskies">[components, latent, latent], each lower-triangular.</param>
public sealed record GaussianMixture(float[] Weights, float[] Means, float[] Choleskies)
{
    /// <summary>More components than this are never tried.</summary>
    public const int MostComponents = 16;

    // A component's covariance has latent² / 2 numbers; with fewer faces than this for each dimension it would be learnt by heart.
    private const int FacesPerDimension = 4;

    // A round's work grows with the square, its factors' with the cube: the 1568 numbers of one preset would hold up its publication.
    private const int LargestLatent = 512;
    private const int MaxRounds = 20;
    private const int LastRounds = 3;
    private const double Converged = 1e-4;

    /// <summary>Number of components.</summary>
    public int Count => Weights.Length;

    /// <summary>Fits 2, 4, 8 and 16 components, as many as there are faces for, and takes the one that explains faces not fitted on best.</summary>
    /// <param name="z">Latents [N, latent].</param>
    /// <param name="latent">Length of a latent.</param>
    /// <param name="seed">Decides the first centres.</param>
    /// <param name="single">One Gaussian that was fitted to the same latents.</param>
    /// <param name="progress">Hears how many components have been fitted, and of how many.</param>
    /// <returns>Null when no mixture explains them better than the one Gaussian, and for latents of more than 512 numbers.</returns>
    public static GaussianMixture? FitBest(double[] z, int latent, ulong seed, Density single, IProgress<(int Done, int Total)>? progress = null)
    {
        if (latent > LargestLatent)
            return null;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var count = z.Length / latent;
        var whitening = Whitening.Of(single);
        // Where the one Gaussian is standard normal, distances mean something and every covariance is so well conditioned that sums
        // over faces need no more than float32; factors and inverses stay in float64.
        var y = whitening.Apply(tensor(z, [count, latent])).to(ScalarType.Float32);
        var held = Enumerable.Range(0, count).Select(i => (long)i).ToLookup(i => i % 5 == 4);
        var (fitted, seen) = (y.index_select(0, tensor(held[false].ToArray())), y.index_select(0, tensor(held[true].ToArray())));
        var best = Start(fitted, 1, seed);
        var bestScores = best.LogLikelihood(seen);
        int[] candidates = [.. new[] { 2, 4, 8, MostComponents }.Where(components => components * latent * FacesPerDimension <= count)];
        var done = 0;
        foreach (var components in candidates)
        {
            var next = Improve(Start(fitted, components, seed), fitted, MaxRounds);
            var scores = next.LogLikelihood(seen);
            if (IsBetter(scores, bestScores))
                (best, bestScores) = (next, scores);
            progress?.Report((done += components, candidates.Sum()));
        }
        // The faces it was chosen by are to be learnt from as well.
        return best.Factors.Length == 1 ? null : whitening.Undo(Improve(best, y, LastRounds));
    }

    /// <summary>Draws latents; at temperature 0 all are the mean of <paramref name="mean"/>, at 1 they are the mixture's.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them.</param>
    /// <param name="temperature">Scales every distance from the mean.</param>
    /// <param name="mean">Of the whole density, [latent].</param>
    /// <returns>[count, latent].</returns>
    public float[] Sample(int count, ulong seed, double temperature, float[] mean)
    {
        var latent = mean.Length;
        var noise = Noise.Normal(seed, 0, count * latent);
        var z = new float[count * latent];
        for (var n = 0; n < count; n++)
        {
            var component = Choose((Noise.Mix(seed ^ Noise.Mix((ulong)n + 0x4D4958UL)) >> 11) * (1.0 / (1UL << 53)));
            var factor = Choleskies.AsSpan(component * latent * latent, latent * latent);
            for (var row = 0; row < latent; row++)
            {
                double sum = Means[(component * latent) + row] - mean[row];
                for (var column = 0; column <= row; column++)
                    sum += factor[(row * latent) + column] * noise[(n * latent) + column];
                z[(n * latent) + row] = (float)(mean[row] + (temperature * sum));
            }
        }
        return z;
    }

    // By more than chance: twice the standard error of the faces' differences.
    private static bool IsBetter(double[] scores, double[] others)
    {
        var differences = scores.Zip(others, (score, other) => score - other).ToArray();
        var mean = differences.Average();
        return mean > 2 * Math.Sqrt(differences.Average(difference => Math.Pow(difference - mean, 2)) / differences.Length);
    }

    private int Choose(double unit)
    {
        var component = 0;
        for (double below = Weights[0]; component < Count - 1 && unit >= below; below += Weights[component])
            component++;
        return component;
    }

    private static Fitted Start(Tensor y, int components, ulong seed) =>
        Maximise(y, nn.functional.one_hot(Nearest(y, Centres(y, components, seed)), components).to(ScalarType.Float32));

    private static Fitted Improve(Fitted fit, Tensor y, int rounds)
    {
        var before = double.NegativeInfinity;
        for (var round = 0; round < rounds; round++)
        {
            using var scope = NewDisposeScope();
            var joint = fit.LogJoint(y); // [N, K]
            var likelihood = joint.logsumexp(1).mean().item<float>();
            fit = Maximise(y, joint.softmax(1)).MoveToOuterScope();
            if (likelihood - before < Converged * y.shape[1])
                break;
            before = likelihood;
        }
        return fit;
    }

    private static Fitted Maximise(Tensor y, Tensor responsibilities)
    {
        var (components, latent) = ((int)responsibilities.shape[1], (int)y.shape[1]);
        var total = responsibilities.sum(dim: 0).clamp_min(1e-6); // [K]
        var means = responsibilities.t().matmul(y) / total.unsqueeze(1); // [K, latent]
        var scatters = new Tensor[components];
        for (var k = 0; k < components; k++)
        {
            using var scope = NewDisposeScope();
            var centred = y - means[k];
            scatters[k] = (centred * responsibilities.select(1, k).unsqueeze(1)).t().matmul(centred).to(ScalarType.Float64).MoveToOuterDisposeScope();
        }
        var pooled = stack(scatters).sum(dim: 0) / (double)y.shape[0];
        var factors = new double[components][];
        for (var k = 0; k < components; k++)
        {
            // As if each component had seen one face a dimension of the common shape before: none collapses onto a few faces.
            var covariance = (scatters[k] + (pooled * latent)) / (total[k].to(ScalarType.Float64) + latent);
            factors[k] = Cholesky.Factor(covariance.contiguous().data<double>().ToArray(), latent);
        }
        return new Fitted(total / (double)y.shape[0], means, factors);
    }

    private static Tensor Nearest(Tensor y, Tensor centres)
    {
        var distances = (y * y).sum(1, keepdim: true) - (y.matmul(centres.t()) * 2) + (centres * centres).sum(1);
        return distances.argmin(1);
    }

    private static Tensor Centres(Tensor y, int components, ulong seed)
    {
        var count = (int)y.shape[0];
        var chosen = new List<Tensor> { y[(long)(Noise.Mix(seed) % (ulong)count)] };
        var distances = new double[count];
        Array.Fill(distances, double.MaxValue);
        while (chosen.Count < components)
        {
            var squares = (y - chosen[^1]).pow(2).sum(1).to(ScalarType.Float64).data<double>().ToArray();
            for (var i = 0; i < count; i++)
                distances[i] = Math.Min(distances[i], squares[i]);
            var at = (Noise.Mix(seed + (ulong)chosen.Count) >> 11) * (1.0 / (1UL << 53)) * distances.Sum();
            var next = 0;
            while (next < count - 1 && (at -= distances[next]) > 0)
                next++;
            chosen.Add(y[next]);
        }
        return stack(chosen);
    }

    private sealed record Fitted(Tensor Weights, Tensor Means, double[][] Factors)
    {
        /// <summary>Of each face, in nats.</summary>
        public double[] LogLikelihood(Tensor y)
        {
            using var scope = NewDisposeScope();
            return LogJoint(y).logsumexp(1).to(ScalarType.Float64).data<double>().ToArray();
        }

        /// <summary>ln(weight · density) of each face under each component, [N, K].</summary>
        public Tensor LogJoint(Tensor y)
        {
            var latent = (int)y.shape[1];
            var columns = new Tensor[Factors.Length];
            for (var k = 0; k < columns.Length; k++)
            {
                using var scope = NewDisposeScope();
                var inverse = tensor(Cholesky.Inverse(Factors[k], latent), [latent, latent]).to(ScalarType.Float32);
                var distance = (y - Means[k]).matmul(inverse.t()).pow(2).sum(1);
                double logDeterminant = 0;
                for (var i = 0; i < latent; i++)
                    logDeterminant += Math.Log(Factors[k][(i * latent) + i]);
                columns[k] = ((distance * -0.5) - logDeterminant - (0.5 * latent * Math.Log(2 * Math.PI))).MoveToOuterDisposeScope();
            }
            return stack(columns, 1) + Weights.log();
        }

        public Fitted MoveToOuterScope()
        {
            Weights.MoveToOuterDisposeScope();
            Means.MoveToOuterDisposeScope();
            return this;
        }
    }

    // z = centre + factor · y.
    private sealed record Whitening(double[] Centre, double[] Factor)
    {
        public static Whitening Of(Density single) =>
            new(Array.ConvertAll(single.Mean, value => (double)value), Array.ConvertAll(single.Cholesky, value => (double)value));

        public Tensor Apply(Tensor z)
        {
            var latent = Centre.Length;
            return (z - tensor(Centre)).matmul(tensor(Cholesky.Inverse(Factor, latent), [latent, latent]).t());
        }

        public GaussianMixture Undo(Fitted fit)
        {
            var latent = Centre.Length;
            var factor = tensor(Factor, [latent, latent]);
            var means = fit.Means.to(ScalarType.Float64).matmul(factor.t()) + tensor(Centre);
            return new GaussianMixture(
                Single(fit.Weights),
                Single(means),
                [.. fit.Factors.SelectMany(inner => Single(factor.matmul(tensor(inner, [latent, latent])).tril()))]);
        }

        private static float[] Single(Tensor values) => values.to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }
}
