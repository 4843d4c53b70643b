using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;
using FaceMix.Trainer.Training;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Export;

/// <summary>
/// The Gaussian that fits the latents of the training faces: a sample from it decodes to a likelier face than one from the
/// standard normal, because a weakly weighted KL leaves the two apart.
/// </summary>
/// <param name="Mean">[latent].</param>
/// <param name="Cholesky">[latent, latent], lower-triangular, row by row: z = Mean + Cholesky·ε.</param>
public sealed record Density(float[] Mean, float[] Cholesky)
{
    /// <summary>Fits latents drawn once from each posterior.</summary>
    /// <param name="mean">Posterior means [N, latent].</param>
    /// <param name="logvar">Posterior log-variances [N, latent].</param>
    /// <param name="latent">Length of a latent.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="progress">Hears how many Gaussians of mixtures have been fitted.</param>
    /// <exception cref="ArgumentException">There are fewer than two faces.</exception>
    public static Density Fit(float[] mean, float[] logvar, int latent, ulong seed, IProgress<(int Done, int Total)>? progress = null)
    {
        var count = mean.Length / latent;
        if (count < 2)
            throw new ArgumentException("A density needs at least two faces.", nameof(mean));
        var z = new double[mean.Length];
        var noise = Noise.Normal(seed, 0, mean.Length);
        for (var i = 0; i < z.Length; i++)
            z[i] = mean[i] + (Math.Exp(0.5 * logvar[i]) * noise[i]);

        var centre = new double[latent];
        for (var i = 0; i < z.Length; i++)
            centre[i % latent] += z[i] / count;
        for (var i = 0; i < z.Length; i++)
            z[i] -= centre[i % latent];

        var covariance = Covariance(z, latent, count);
        var single = new Density([.. centre.Select(c => (float)c)], Array.ConvertAll(Export.Cholesky.Factor(covariance, latent), value => (float)value));
        for (var i = 0; i < z.Length; i++)
            z[i] += centre[i % latent];
        return single with { Mixture = GaussianMixture.FitBest(z, latent, seed, single, progress) };
    }

    /// <summary>Several Gaussians that explain the latents better than the one does; null where none do.</summary>
    public GaussianMixture? Mixture { get; init; }

    /// <summary>Draws from the mixture where there is one, otherwise from the Gaussian.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them.</param>
    /// <param name="temperature">Scales every distance from the mean: 0 gives the mean face, 1 the fitted density.</param>
    /// <returns><paramref name="count"/> latents, [count, latent].</returns>
    public float[] Sample(int count, ulong seed, double temperature = 1)
    {
        if (Mixture is not null)
            return Mixture.Sample(count, seed, temperature, Mean);
        var latent = Mean.Length;
        var noise = Noise.Normal(seed, 0, count * latent);
        var z = new float[count * latent];
        for (var n = 0; n < count; n++)
        {
            for (var row = 0; row < latent; row++)
            {
                double sum = 0;
                for (var column = 0; column <= row; column++)
                    sum += Cholesky[(row * latent) + column] * noise[(n * latent) + column];
                z[(n * latent) + row] = (float)(Mean[row] + (temperature * sum));
            }
        }
        return z;
    }

    /// <summary>Reads what <see cref="Save"/> wrote, with or without a mixture.</summary>
    /// <exception cref="ModelStoreException">The file is damaged or of another latent size.</exception>
    public static Density Load(string path, int latent)
    {
        using var file = SafetensorsFile.Open(path);
        var single = new Density(file.ReadFloat32("mean", latent), file.ReadFloat32("cholesky", latent, latent));
        if (!file.Tensors.TryGetValue("weights", out var weights))
            return single;
        var components = weights.Shape[0];
        return single with
        {
            Mixture = new GaussianMixture(
                file.ReadFloat32("weights", components), file.ReadFloat32("means", components, latent), file.ReadFloat32("choleskies", components, latent, latent)),
        };
    }

    /// <summary>The mixture stands beside <c>mean</c> and <c>cholesky</c> under names of its own, which older readers pass over.</summary>
    public void Save(string path)
    {
        var tensors = new List<SafetensorsTensor>
        {
            SafetensorsTensor.Of("mean", [Mean.Length], Mean),
            SafetensorsTensor.Of("cholesky", [Mean.Length, Mean.Length], Cholesky),
        };
        if (Mixture is { } mixture)
        {
            tensors.Add(SafetensorsTensor.Of("weights", [mixture.Count], mixture.Weights));
            tensors.Add(SafetensorsTensor.Of("means", [mixture.Count, Mean.Length], mixture.Means));
            tensors.Add(SafetensorsTensor.Of("choleskies", [mixture.Count, Mean.Length, Mean.Length], mixture.Choleskies));
        }
        SafetensorsWriter.Write(path, tensors);
    }

    private static double[] Covariance(double[] centred, int latent, int count)
    {
        using var scope = NewDisposeScope();
        var z = tensor(centred, [count, latent]);
        return (z.t().matmul(z) / (count - 1.0)).data<double>().ToArray();
    }
}
