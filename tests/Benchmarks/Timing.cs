using System.Diagnostics;

namespace FaceMix.Benchmarks;

/// <summary>How long something takes.</summary>
internal static class Timing
{
    /// <summary>The median and the 99th percentile of many runs after a few that do not count, in milliseconds.</summary>
    public static async Task<(double Median, double P99)> OfManyAsync(int runs, Func<int, Task> work)
    {
        for (var i = 0; i < Math.Max(3, runs / 10); i++)
            await work(i);
        var times = new double[runs];
        for (var i = 0; i < runs; i++)
            times[i] = await OfOneAsync(() => work(i)) * 1000;
        Array.Sort(times);
        return (times[runs / 2], times[runs * 99 / 100]);
    }

    /// <summary>In seconds.</summary>
    public static async Task<double> OfOneAsync(Func<Task> work)
    {
        var begun = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
