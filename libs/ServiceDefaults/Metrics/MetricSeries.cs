namespace FaceMix.ServiceDefaults;

/// <summary>One value, or one histogram; written from many threads.</summary>
internal sealed class MetricSeries(double[] bounds)
{
    private readonly Lock sync = new();
    private readonly long[] counts = new long[bounds.Length + 1];
    private double value;

    public double Value
    {
        get
        {
            lock (sync)
                return value;
        }
    }

    public void Add(double amount)
    {
        lock (sync)
            value += amount;
    }

    public void Set(double now)
    {
        lock (sync)
            value = now;
    }

    public void Observe(double measured)
    {
        // A bucket holds what is at most its bound.
        var found = Array.BinarySearch(bounds, measured);
        lock (sync)
        {
            counts[found >= 0 ? found : ~found]++;
            value += measured;
        }
    }

    /// <summary>How many fell into each bucket, the last one above all bounds, and their sum.</summary>
    public (long[] Counts, double Sum) Read()
    {
        lock (sync)
            return ([.. counts], value);
    }
}
