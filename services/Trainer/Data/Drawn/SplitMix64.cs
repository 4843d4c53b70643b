namespace FaceMix.Trainer.Data.Drawn;

/// <summary>
/// Steele, Lea and Flood's SplitMix64: tiny, well mixed, and the same numbers on every machine,
/// which <see cref="Random"/> does not promise.
/// </summary>
internal struct SplitMix64(ulong state)
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;
    private ulong _state = state;

    /// <summary>A stream for one picture: neighbouring indices start far apart.</summary>
    public static SplitMix64 ForIndex(ulong seed, long index) =>
        new(Mix(Mix(seed + Golden) ^ ((ulong)index * 0xD1342543DE82EF95UL)));

    public ulong Next() => Mix(_state += Golden);

    /// <summary>Uniform in [0, 1), 24 bits, so that the float is exact.</summary>
    public float Unit() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [low, high).</summary>
    public float Between(float low, float high) => low + (high - low) * Unit();

    /// <summary>True with the given probability.</summary>
    public bool Chance(float probability) => Unit() < probability;

    /// <summary>Triangular in (-1, 1), peaked at 0: a bell without a logarithm.</summary>
    public float Bell() => Unit() - Unit();

    /// <summary>Uniform in 0..count-1.</summary>
    public int Below(int count) => (int)(Unit() * count);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
