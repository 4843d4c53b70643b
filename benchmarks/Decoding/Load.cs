namespace FaceMix.Benchmarks.Decoding;

/// <summary>What a turn of calls, or of runs, measured.</summary>
/// <param name="Pictures">How many.</param>
/// <param name="Seconds">How long the turn took.</param>
/// <param name="P50">Median time of a call or a run, ms.</param>
/// <param name="P99">99 of 100 were at least as fast, ms.</param>
/// <param name="Bytes">Of all pictures, as they were sent.</param>
internal sealed record Load(int Pictures, double Seconds, double P50, double P99, long Bytes = 0)
{
    public double Rate => Pictures / Seconds;

    public static Load Of(List<double> times, int picturesEach, double seconds, long bytes = 0)
    {
        times.Sort();
        return new(times.Count * picturesEach, seconds, times[times.Count / 2], times[times.Count * 99 / 100], bytes);
    }
}
