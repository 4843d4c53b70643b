namespace FaceMix.LatentStore.Features;

/// <summary>A number below a limit that a seed decides: every number is equally likely over the seeds.</summary>
public static class SeededChoice
{
    /// <summary>
    /// Lemire's way to a bounded number without bias ("Fast random integer generation in an interval", 2019),
    /// fed by SplitMix64, so that neighbouring seeds give unrelated numbers. The same on every platform.
    /// </summary>
    /// <param name="seed">Any number.</param>
    /// <param name="limit">At least 1.</param>
    /// <returns>0 to limit - 1.</returns>
    public static long Below(ulong seed, long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var range = (ulong)limit;
        var unfair = (0 - range) % range;
        while (true)
        {
            var high = Math.BigMul(Mix(ref seed), range, out var low);
            if (low >= unfair)
                return (long)high;
        }
    }

    private static ulong Mix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
