using FaceMix.Evaluation;
using FaceMix.Latents;
using FaceMix.Trainer.Export;

namespace FaceMix.Trainer.Measuring;

/// <param name="Sampler">What the pictures were made from.</param>
/// <param name="Mean">Fréchet distance to the held-out originals, mean over the seeds.</param>
/// <param name="Spread">Standard deviation over the seeds; 0 where there is only one set of pictures.</param>
public sealed record FrechetScore(string Sampler, double Mean, double Spread);

/// <summary>Fréchet distances of samples from each sampler, and of reconstructions, to held-out originals.</summary>
/// <param name="Network">Whose features; a distance under another network cannot be compared.</param>
/// <param name="Originals">Held-out pictures that all are compared with.</param>
/// <param name="Samples">Pictures of each set of samples.</param>
/// <param name="Seeds">Sets of samples.</param>
/// <param name="Scores">One for each sampler.</param>
public sealed record FrechetScores(string Network, int Originals, int Samples, int Seeds, IReadOnlyList<FrechetScore> Scores)
{
    public const int DefaultSeeds = 3;

    private const ulong FirstSeed = 0x4652454348UL;

    /// <summary>Fewer samples than this bias the distance upwards so much that it is not comparable.</summary>
    public const int FewestSamples = 2000;

    /// <param name="network">Whose features.</param>
    /// <param name="model">The model.</param>
    /// <param name="density">Its fitted samplers.</param>
    /// <param name="measured">Its held-out faces.</param>
    /// <param name="count">Samples in a set.</param>
    /// <param name="seeds">Sets of samples for each sampler.</param>
    /// <param name="progress">Hears of every set.</param>
    /// <param name="cancellation">Ends it between sets.</param>
    public static FrechetScores Of(
        IFeatureNetwork network, OnnxFaces model, LatentDensity? density, Measurement measured, int count, int seeds, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
    {
        var samplers = new List<(string Name, Func<ulong, float[]> Draw)>
        {
            ("prior", seed => Draw(seed, null)),
        };
        if (density is not null)
            samplers.Add(("gaussian", seed => Draw(seed, density with { Mixture = [] })));
        if (density?.Mixture is { Count: > 0 } mixture)
            samplers.Add(($"mixture of {mixture.Count}", seed => Draw(seed, density)));
        float[] Draw(ulong seed, LatentDensity? from) => LatentSampler.DrawMany(seed, count, model.Latent, from);
        var total = (samplers.Count * seeds) + 2;
        var done = 0;
        FeatureStatistics Statistics(byte[] pictures)
        {
            cancellation.ThrowIfCancellationRequested();
            var statistics = FeatureStatistics.Of(network.Features(pictures, model.ImageSize), network.Width);
            progress.Report((++done, total));
            return statistics;
        }
        var originals = Statistics(measured.Originals);
        var scores = new List<FrechetScore> { new("reconstructions", Frechet.Distance(originals, Statistics(measured.Reconstructions)), 0) };
        foreach (var (name, draw) in samplers)
        {
            var distances = Enumerable.Range(0, seeds)
                .Select(seed => Frechet.Distance(originals, Statistics(model.Decode(draw(FirstSeed + (ulong)(seed * count)))))).ToArray();
            scores.Add(new FrechetScore(name, distances.Average(), Deviation(distances)));
        }
        return new FrechetScores(network.Name, measured.HeldOut, count, seeds, scores);
    }

    private static double Deviation(double[] values) =>
        values.Length < 2 ? 0 : Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Length - 1));
}
