using FaceMix.ModelStore;
using FaceMix.Trainer.Training;

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
    /// <exception cref="ArgumentException">There are fewer than two faces.</exception>
    public static Density Fit(float[] mean, float[] logvar, int latent, ulong seed)
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
        return new Density([.. centre.Select(c => (float)c)], Factor(covariance, latent));
    }

    /// <returns><paramref name="count"/> latents, [count, latent].</returns>
    public float[] Sample(int count, ulong seed)
    {
        var latent = Mean.Length;
        var noise = Noise.Normal(seed, 0, count * latent);
        var z = new float[count * latent];
        for (var n = 0; n < count; n++)
        {
            for (var row = 0; row < latent; row++)
            {
                double sum = Mean[row];
                for (var column = 0; column <= row; column++)
                    sum += Cholesky[(row * latent) + column] * noise[(n * latent) + column];
                z[(n * latent) + row] = (float)sum;
            }
        }
        return z;
    }

    public void Save(string path) => SafetensorsWriter.Write(path, [
        SafetensorsTensor.Of("mean", [Mean.Length], Mean),
        SafetensorsTensor.Of("cholesky", [Mean.Length, Mean.Length], Cholesky)]);

    private static double[] Covariance(double[] centred, int latent, int count)
    {
        var covariance = new double[latent * latent];
        for (var n = 0; n < count; n++)
        {
            var z = centred.AsSpan(n * latent, latent);
            for (var row = 0; row < latent; row++)
            {
                for (var column = 0; column <= row; column++)
                    covariance[(row * latent) + column] += z[row] * z[column] / (count - 1);
            }
        }
        return covariance;
    }

    // Cholesky–Banachiewicz. A little is added to the diagonal, so that fewer faces than dimensions give a factor, too.
    private static float[] Factor(double[] covariance, int latent)
    {
        double trace = 0;
        for (var i = 0; i < latent; i++)
            trace += covariance[(i * latent) + i];
        var ridge = Math.Max(1e-6 * trace / latent, 1e-12);
        var factor = new double[latent * latent];
        for (var row = 0; row < latent; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var sum = covariance[(row * latent) + column] + (row == column ? ridge : 0);
                for (var k = 0; k < column; k++)
                    sum -= factor[(row * latent) + k] * factor[(column * latent) + k];
                factor[(row * latent) + column] = row == column
                    ? Math.Sqrt(Math.Max(sum, ridge))
                    : sum / factor[(column * latent) + column];
            }
        }
        return [.. factor.Select(f => (float)f)];
    }
}
