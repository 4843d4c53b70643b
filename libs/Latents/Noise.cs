namespace FaceMix.Latents;

/// <summary>
/// Standard normal numbers as a pure function of seed and step, the same on every machine: a resumed run draws what an
/// uninterrupted one would have, without a generator's state in the checkpoint, and a seed gives the same face wherever it
/// is decoded.
/// </summary>
public static class Noise
{
    private const ulong Stream = 0x6E6F697365UL;

    /// <returns><paramref name="count"/> numbers.</returns>
    public static float[] Normal(ulong seed, long step, int count)
    {
        var values = new float[count];
        Normal(seed, step, values);
        return values;
    }

    /// <summary>Fills a span; a longer one begins with the same numbers.</summary>
    public static void Normal(ulong seed, long step, Span<float> values)
    {
        var random = new SplitMix64(SplitMix64.Mix(seed ^ SplitMix64.Mix((ulong)step + Stream)));
        // Left out since the first release: runs of then go on with the same numbers.
        random.Next();
        for (var i = 0; i < values.Length; i += 2)
        {
            // Box and Muller 1958; the first uniform is never 0.
            var radius = Math.Sqrt(-2 * PortableMath.Log(1 - random.NextDouble()));
            var (sin, cos) = PortableMath.SinCos(2 * Math.PI * random.NextDouble());
            values[i] = (float)(radius * cos);
            if (i + 1 < values.Length)
                values[i + 1] = (float)(radius * sin);
        }
    }
}
