namespace FaceMix.Latents;

/// <summary>Draws latents. One seed gives one latent, whoever draws it: a report's samples are those that the decoder serves.</summary>
public static class LatentSampler
{
    // Only so that the component is another number than the noise.
    private const ulong ComponentStream = 0x4D49585455524553UL;

    /// <summary>Draws one latent.</summary>
    /// <param name="seed">Decides it.</param>
    /// <param name="density">Null draws from the standard normal prior.</param>
    /// <param name="temperature">Scales every distance from the mean: 0 gives the mean face, 1 the fitted density.</param>
    /// <param name="latent">[latent], filled; every number is within <see cref="LatentRange"/>.</param>
    public static void Draw(ulong seed, LatentDensity? density, double temperature, Span<float> latent)
    {
        var noise = new float[latent.Length];
        Noise.Normal(seed, 0, noise);
        if (density is null)
        {
            for (var i = 0; i < noise.Length; i++)
                latent[i] = LatentRange.Clamp(temperature * noise[i]);
            return;
        }
        var (mean, factor) = Choose(density, seed);
        for (var row = 0; row < latent.Length; row++)
        {
            // One after the other in double: vector sums would depend on the processor's width.
            var offset = (double)mean[row] - density.Mean[row];
            for (var column = 0; column <= row; column++)
                offset += (double)factor[(row * latent.Length) + column] * noise[column];
            latent[row] = LatentRange.Clamp(density.Mean[row] + (temperature * offset));
        }
    }

    /// <summary>Draws several latents: number i is that of the seed <paramref name="firstSeed"/> + i.</summary>
    /// <param name="firstSeed">Seeds wrap around.</param>
    /// <param name="count">How many.</param>
    /// <param name="latentSize">Length of a latent.</param>
    /// <param name="density">Null draws from the standard normal prior.</param>
    /// <param name="temperature">Scales every distance from the mean.</param>
    /// <returns>[count, latent], row by row.</returns>
    public static float[] DrawMany(ulong firstSeed, int count, int latentSize, LatentDensity? density, double temperature = 1)
    {
        var latents = new float[count * latentSize];
        for (var i = 0; i < count; i++)
            Draw(firstSeed + (ulong)i, density, temperature, latents.AsSpan(i * latentSize, latentSize));
        return latents;
    }

    private static (float[] Mean, float[] Cholesky) Choose(LatentDensity density, ulong seed)
    {
        if (density.Mixture.Count == 0)
            return (density.Mean, density.Cholesky);
        var rest = new SplitMix64(seed ^ ComponentStream).NextDouble();
        foreach (var component in density.Mixture)
        {
            if ((rest -= component.Weight) < 0)
                return (component.Mean, component.Cholesky);
        }
        return (density.Mixture[^1].Mean, density.Mixture[^1].Cholesky);
    }
}
