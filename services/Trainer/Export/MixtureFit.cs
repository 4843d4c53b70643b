using FaceMix.Latents;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Export;

/// <summary>
/// Fits several Gaussians instead of one to the latents of a data set, by expectation and maximisation (Dempster, Laird and Rubin, 1977)
/// from k-means++ centres (Arthur and Vassilvitskii, 2007).
/// </summary>
internal static class MixtureFit
{
    // A component's covariance has latent² / 2 numbers; with fewer faces than this for each dimension it would be learnt by heart.
    private const int FacesPerDimension = 4;

    // A round's work grows with the square, its factors' with the cube: the 1568 numbers of one preset would hold up its publication.
    private const int MaxLatentSize = 512;
    private const int MaxRounds = 20;
    private const int LastRounds = 3;
    private const double Converged = 1e-4;

    private static readonly int[] s_candidates = [2, 4, 8, 16];

    /// <summary>Fits 2, 4, 8 and 16 components, as many as there are faces for, and takes the mixture that explains faces not fitted on best.</summary>
    /// <param name="z">Latents float64 [N, latent].</param>
    /// <param name="centre">Mean of the one Gaussian that was fitted to them, float64 [latent].</param>
    /// <param name="factor">Its Cholesky factor, float64 [latent, latent].</param>
    /// <param name="seed">Decides the first centres.</param>
    /// <param name="progress">Called with the number of components that have been fitted, and of how many.</param>
    /// <returns>Empty when no mixture explains them better than the one Gaussian, and for latents of more than 512 numbers.</returns>
    public static IReadOnlyList<GaussianComponent> FitBest(Tensor z, Tensor centre, Tensor factor, ulong seed, IProgress<(int Done, int Total)>? progress)
    {
        var (count, latent) = ((int)z.shape[0], (int)z.shape[1]);
        int[] candidates = [.. s_candidates.Where(components => latent <= MaxLatentSize && components * latent * FacesPerDimension <= count)];
        if (candidates.Length == 0)
            return [];
        using var scope = NewDisposeScope();
        // Where the one Gaussian is standard normal, distances mean something and every covariance is so well conditioned that sums
        // over faces need no more than float32; factors and inverses stay in float64.
        var y = linalg.solve_triangular(factor, (z - centre).t(), upper: false).t().to(ScalarType.Float32).contiguous();
        var held = Enumerable.Range(0, count).Select(i => (long)i).ToLookup(i => i % 5 == 4);
        var (fitted, seen) = (y.index_select(0, tensor(held[false].ToArray())), y.index_select(0, tensor(held[true].ToArray())));
        var best = Start(fitted, 1, seed);
        var bestScores = best.LogLikelihood(seen);
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
        return best.Count == 1 ? [] : Unwhiten(Improve(best, y, LastRounds), centre, factor);
    }

    // By more than chance: twice the standard error of the faces' differences.
    private static bool IsBetter(double[] scores, double[] others)
    {
        var differences = scores.Zip(others, (score, other) => score - other).ToArray();
        var mean = differences.Average();
        return mean > 2 * Math.Sqrt(differences.Average(difference => Math.Pow(difference - mean, 2)) / differences.Length);
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
        var scatter = stack(scatters); // [K, latent, latent]
        // As if every component had seen one face a dimension of the common shape before: none collapses onto a few faces.
        var pooled = scatter.sum(dim: 0) / (double)y.shape[0];
        var covariance = (scatter + (pooled * latent)) / (total.to(ScalarType.Float64) + latent).reshape(components, 1, 1);
        return new Fitted(total / (double)y.shape[0], means, DensityFit.Factor(covariance));
    }

    private static Tensor Nearest(Tensor y, Tensor centres)
    {
        var distances = (y * y).sum(1, keepdim: true) - (y.matmul(centres.t()) * 2) + (centres * centres).sum(1);
        return distances.argmin(1);
    }

    private static Tensor Centres(Tensor y, int components, ulong seed)
    {
        var count = (int)y.shape[0];
        var random = new SplitMix64(seed);
        var chosen = new List<Tensor> { y[random.Below(count)] };
        var distances = new double[count];
        Array.Fill(distances, double.MaxValue);
        while (chosen.Count < components)
        {
            var squares = (y - chosen[^1]).pow(2).sum(1).to(ScalarType.Float64).data<double>().ToArray();
            for (var i = 0; i < count; i++)
                distances[i] = Math.Min(distances[i], squares[i]);
            var at = random.NextDouble() * distances.Sum();
            var next = 0;
            while (next < count - 1 && (at -= distances[next]) > 0)
                next++;
            chosen.Add(y[next]);
        }
        return stack(chosen);
    }

    // z = centre + factor · y.
    private static GaussianComponent[] Unwhiten(Fitted fit, Tensor centre, Tensor factor)
    {
        var weights = DensityFit.Single(fit.Weights);
        return [.. Enumerable.Range(0, fit.Count).Select(k => new GaussianComponent(
            weights[k],
            DensityFit.Single(factor.matmul(fit.Means[k].to(ScalarType.Float64)) + centre),
            DensityFit.Single(factor.matmul(fit.Factors[k]).tril())))];
    }

    /// <param name="Weights">float32 [K].</param>
    /// <param name="Means">float32 [K, latent].</param>
    /// <param name="Factors">Cholesky factors, float64 [K, latent, latent].</param>
    private sealed record Fitted(Tensor Weights, Tensor Means, Tensor Factors)
    {
        public int Count => (int)Weights.shape[0];

        /// <summary>Of each face, in nats.</summary>
        public double[] LogLikelihood(Tensor y)
        {
            using var scope = NewDisposeScope();
            return LogJoint(y).logsumexp(1).to(ScalarType.Float64).data<double>().ToArray();
        }

        /// <summary>ln(weight · density) of each face under each component, [N, K].</summary>
        public Tensor LogJoint(Tensor y)
        {
            using var outer = NewDisposeScope();
            var latent = (int)y.shape[1];
            var inverses = linalg.solve_triangular(Factors, eye(latent, dtype: ScalarType.Float64), upper: false).to(ScalarType.Float32); // [K, latent, latent]
            var constants = Factors.diagonal(0, -2, -1).log().sum(dim: -1).to(ScalarType.Float32) + (0.5 * latent * Math.Log(2 * Math.PI)); // [K]
            var columns = new Tensor[Count];
            for (var k = 0; k < columns.Length; k++)
            {
                using var scope = NewDisposeScope();
                columns[k] = ((y - Means[k]).matmul(inverses[k].t()).pow(2).sum(1) * -0.5).MoveToOuterDisposeScope();
            }
            return (stack(columns, 1) - constants + Weights.log()).MoveToOuterDisposeScope();
        }

        public Fitted MoveToOuterScope()
        {
            Weights.MoveToOuterDisposeScope();
            Means.MoveToOuterDisposeScope();
            Factors.MoveToOuterDisposeScope();
            return this;
        }
    }
}
