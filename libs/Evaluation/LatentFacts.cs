namespace FaceMix.Evaluation;

/// <summary>What each number of a latent carries.</summary>
/// <param name="KlNats">Mean KL divergence from the standard normal of each number, [latent]; their sum is the model's KL.</param>
/// <param name="Spread">Variance over the faces of each posterior mean, [latent].</param>
public sealed record LatentFacts(double[] KlNats, double[] Spread)
{
    /// <summary>A number whose mean varies less than this tells faces apart no longer (Burda, Grosse and Salakhutdinov, 2015).</summary>
    public const double ActiveAbove = 0.01;

    public int ActiveUnits => Spread.Count(variance => variance > ActiveAbove);

    /// <param name="mean">Posterior means [N, latent].</param>
    /// <param name="logvar">Posterior log-variances [N, latent].</param>
    /// <param name="latent">Length of a latent.</param>
    public static LatentFacts Of(float[] mean, float[] logvar, int latent)
    {
        var count = mean.Length / latent;
        var (kl, centre, spread) = (new double[latent], new double[latent], new double[latent]);
        for (var i = 0; i < mean.Length; i++)
        {
            kl[i % latent] += 0.5 * ((mean[i] * (double)mean[i]) + Math.Exp(logvar[i]) - logvar[i] - 1) / count;
            centre[i % latent] += (double)mean[i] / count;
        }
        for (var i = 0; i < mean.Length; i++)
            spread[i % latent] += Math.Pow(mean[i] - centre[i % latent], 2) / count;
        return new LatentFacts(kl, spread);
    }
}
