namespace FaceMix.Trainer.Training;

/// <summary>
/// Standard normal numbers as a pure function of seed and step, so that a resumed run draws what an uninterrupted one
/// would have, on any device, without a generator's state in the checkpoint.
/// </summary>
public static class Noise
{
    /// <returns><paramref name="count"/> numbers.</returns>
    public static float[] Normal(ulong seed, long step, int count)
    {
        var state = Mix(seed ^ Mix((ulong)step + 0x6E6F697365UL));
        var values = new float[count];
        for (var i = 0; i < count; i += 2)
        {
            // Box and Muller 1958; the first uniform is never 0.
            var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(ref state)));
            var angle = 2 * Math.PI * Uniform(ref state);
            values[i] = (float)(radius * Math.Cos(angle));
            if (i + 1 < count)
                values[i + 1] = (float)(radius * Math.Sin(angle));
        }
        return values;
    }

    /// <summary>SplitMix64's output function (Steele, Lea and Flood 2014).</summary>
    public static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15UL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }

    private static double Uniform(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        return (Mix(state) >> 11) * (1.0 / (1UL << 53));
    }
}
