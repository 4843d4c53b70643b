using System.Numerics;

namespace FaceMix.Benchmarks.Rpc;

/// <summary>Times in buckets 3 % wide: 32 to each power of two nanoseconds.</summary>
internal sealed class Histogram
{
    private readonly long[] counts = new long[64 * 32];

    public long Total { get; private set; }

    public void Add(TimeSpan time)
    {
        var value = (ulong)Math.Max(time.TotalNanoseconds, 32);
        var power = BitOperations.Log2(value);
        counts[(power * 32) + (int)((value >> (power - 5)) & 31)]++;
        Total++;
    }

    public void Add(Histogram other)
    {
        for (var i = 0; i < counts.Length; i++)
            counts[i] += other.counts[i];
        Total += other.Total;
    }

    /// <summary>In nanoseconds; 0 of nothing.</summary>
    public long Quantile(double quantile)
    {
        var left = (long)(Total * quantile);
        for (var i = 0; i < counts.Length; i++)
            if ((left -= counts[i]) < 0)
                return (32L + (i % 32)) << ((i / 32) - 5);
        return 0;
    }
}
