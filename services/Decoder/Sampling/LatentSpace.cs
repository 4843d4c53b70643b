namespace FaceMix.Decoder.Sampling;

/// <summary>Draws and mixes latents.</summary>
public static class LatentSpace
{
    /// <summary>Every number of a latent is within −Limit and Limit.</summary>
    public const float Limit = 100;

    private const double NearlyParallel = 1e-6;

    /// <summary>Draws one latent; the same seed, density and temperature always give the same numbers.</summary>
    /// <param name="seed">Any.</param>
    /// <param name="density">Null draws from the standard normal prior.</param>
    /// <param name="temperature">Scales the spread: 0 gives the mean face.</param>
    /// <param name="latent">[latent], filled.</param>
    public static void Draw(ulong seed, LatentDensity? density, double temperature, Span<float> latent)
    {
        var normal = new SeededNormal(seed);
        var noise = new double[latent.Length];
        for (var i = 0; i < noise.Length; i++)
            noise[i] = normal.Next() * temperature;
        if (density is not null)
        {
            density.Shape(seed, noise, temperature, latent);
            return;
        }
        for (var i = 0; i < noise.Length; i++)
            latent[i] = Clamp(noise[i]);
    }

    /// <summary>from + weight · (to − from); exactly <paramref name="from"/> at 0 and <paramref name="to"/> at 1.</summary>
    public static void MixLinear(ReadOnlySpan<float> from, ReadOnlySpan<float> to, double weight, Span<float> latent)
    {
        for (var i = 0; i < latent.Length; i++)
            latent[i] = Clamp(weight == 1 ? to[i] : from[i] + (weight * ((double)to[i] - from[i])));
    }

    /// <summary>
    /// Along the great circle from one direction to the other, the norm interpolated linearly. Where there is no
    /// one great circle (a latent of length 0, equal or opposite directions) the straight line is taken.
    /// </summary>
    public static void MixSpherical(ReadOnlySpan<float> from, ReadOnlySpan<float> to, double weight, Span<float> latent)
    {
        double fromNorm = 0, toNorm = 0, dot = 0;
        for (var i = 0; i < latent.Length; i++)
        {
            fromNorm += (double)from[i] * from[i];
            toNorm += (double)to[i] * to[i];
            dot += (double)from[i] * to[i];
        }
        fromNorm = Math.Sqrt(fromNorm);
        toNorm = Math.Sqrt(toNorm);
        var angle = fromNorm > 0 && toNorm > 0 ? Math.Acos(Math.Clamp(dot / (fromNorm * toNorm), -1, 1)) : 0;
        var sine = Math.Sin(angle);
        if (sine < NearlyParallel || weight is 0 or 1)
        {
            MixLinear(from, to, weight, latent);
            return;
        }
        var norm = fromNorm + (weight * (toNorm - fromNorm));
        var fromPart = norm * Math.Sin((1 - weight) * angle) / sine / fromNorm;
        var toPart = norm * Math.Sin(weight * angle) / sine / toNorm;
        for (var i = 0; i < latent.Length; i++)
            latent[i] = Clamp((fromPart * from[i]) + (toPart * to[i]));
    }

    // So that whatever this service answers can be asked of it again.
    internal static float Clamp(double value) => (float)Math.Clamp(value, -Limit, Limit);
}
