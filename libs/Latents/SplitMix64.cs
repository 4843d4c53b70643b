namespace FaceMix.Latents;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014): small, well mixed, and the same numbers on every machine and in every version of
/// .NET, which <see cref="Random"/> does not promise.
/// </summary>
/// <param name="seed">Any number; neighbouring seeds give unrelated numbers.</param>
public struct SplitMix64(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;

    private ulong _state = seed;

    /// <summary>A generator for one item of many: neighbouring indices start far apart.</summary>
    public static SplitMix64 ForIndex(ulong seed, long index) => new(Finish(Mix(seed) ^ ((ulong)index * 0xD1342543DE82EF95UL)));

    /// <summary>The first number of the generator that starts at <paramref name="seed"/>.</summary>
    public static ulong Mix(ulong seed) => Finish(seed + Golden);

    /// <summary>Uniform over all 64-bit numbers.</summary>
    public ulong Next() => Finish(_state += Golden);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, 1), 24 bits, so that the float is exact.</summary>
    public float NextSingle() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [low, high).</summary>
    public float Between(float low, float high) => low + (high - low) * NextSingle();

    /// <summary>Triangular in (-1, 1), peaked at 0: a bell without a logarithm.</summary>
    public float Bell() => NextSingle() - NextSingle();

    /// <summary>True with the given probability, 0 to 1.</summary>
    public bool Chance(float probability) => NextSingle() < probability;

    /// <summary>
    /// Uniform in 0 to <paramref name="limit"/> − 1, without bias: Lemire, "Fast random integer generation in an interval", 2019.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is less than 1.</exception>
    public long Below(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var range = (ulong)limit;
        var unfair = (0 - range) % range;
        while (true)
        {
            var high = Math.BigMul(Next(), range, out var low);
            if (low >= unfair)
                return (long)high;
        }
    }

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
