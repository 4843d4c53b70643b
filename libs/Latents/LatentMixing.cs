namespace FaceMix.Latents;

/// <summary>Latents between two latents.</summary>
public static class LatentMixing
{
    private const double NearlyParallel = 1e-6;

    /// <summary>from + weight · (to − from); exactly <paramref name="from"/> at 0 and <paramref name="to"/> at 1.</summary>
    public static void Linear(ReadOnlySpan<float> from, ReadOnlySpan<float> to, double weight, Span<float> latent)
    {
        for (var i = 0; i < latent.Length; i++)
            latent[i] = LatentRange.Clamp(weight == 1 ? to[i] : from[i] + (weight * ((double)to[i] - from[i])));
    }

    /// <summary>
    /// Along the great circle from one direction to the other, the norm interpolated linearly. Where there is no
    /// one great circle (a latent of length 0, equal or opposite directions) the straight line is taken.
    /// </summary>
    public static void Spherical(ReadOnlySpan<float> from, ReadOnlySpan<float> to, double weight, Span<float> latent)
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
            Linear(from, to, weight, latent);
            return;
        }
        var norm = fromNorm + (weight * (toNorm - fromNorm));
        var fromPart = norm * Math.Sin((1 - weight) * angle) / sine / fromNorm;
        var toPart = norm * Math.Sin(weight * angle) / sine / toNorm;
        for (var i = 0; i < latent.Length; i++)
            latent[i] = LatentRange.Clamp((fromPart * from[i]) + (toPart * to[i]));
    }
}
