using FaceMix.Latents;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Export;

/// <summary>Fits the density that new faces are drawn from to the latents of training faces.</summary>
public static class DensityFit
{
    /// <summary>Fits latents drawn once from each posterior.</summary>
    /// <param name="mean">Posterior means [N, latent].</param>
    /// <param name="logvar">Posterior log-variances [N, latent].</param>
    /// <param name="latent">Length of a latent.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="progress">Called with the number of components of mixtures that have been fitted, and of how many.</param>
    /// <exception cref="ArgumentException">There are fewer than two faces.</exception>
    public static LatentDensity Fit(float[] mean, float[] logvar, int latent, ulong seed, IProgress<(int Done, int Total)>? progress = null)
    {
        var count = mean.Length / latent;
        if (count < 2)
            throw new ArgumentException("A density needs at least two faces.", nameof(mean));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Tensor Double(float[] values) => tensor(values, [count, latent]).to(ScalarType.Float64);
        var z = Double(mean) + ((Double(logvar) * 0.5).exp() * Double(Noise.Normal(seed, 0, mean.Length)));
        var centre = z.mean([0L]);
        var centred = z - centre;
        var factor = Factor(centred.t().matmul(centred) / (count - 1.0));
        return new LatentDensity(Single(centre), Single(factor))
        {
            Mixture = MixtureFit.FitBest(z, centre, factor, seed, progress),
        };
    }

    /// <summary>
    /// Lower-triangular L with L·Lᵀ = covariance [..., n, n]. A little is added to the diagonal, so that fewer faces than dimensions
    /// give a factor, too.
    /// </summary>
    internal static Tensor Factor(Tensor covariance)
    {
        var trace = covariance.diagonal(0, -2, -1).mean([-1L], keepdim: true).unsqueeze(-1);
        var ridge = (trace * 1e-6).clamp_min(1e-12);
        return linalg.cholesky(covariance + (ridge * eye(covariance.shape[^1], dtype: ScalarType.Float64)));
    }

    internal static float[] Single(Tensor values) => values.to(ScalarType.Float32).contiguous().data<float>().ToArray();
}
