using System.Diagnostics;

namespace FaceMix.Benchmarks;

/// <summary>How long something takes.</summary>
internal static class Timing
{
    /// <summary>
    /// The medians of two things that take turns, so that another load on the machine falls on both, in milliseconds.
    /// The first turns do not count.
    /// </summary>
    public static async Task<(double Ours, double Theirs)> InTurnAsync(int runs, Func<int, Task> ours, Func<int, Task> theirs)
    {
        var times = (Ours: new double[runs], Theirs: new double[runs]);
        for (var run = -Math.Max(3, runs / 10); run < runs; run++)
        {
            var index = Math.Max(run, 0);
            times.Ours[index] = await OfOneAsync(() => ours(index)) * 1000;
            times.Theirs[index] = await OfOneAsync(() => theirs(index)) * 1000;
        }
        return (Median(times.Ours), Median(times.Theirs));
    }

    /// <summary>In seconds.</summary>
    public static async Task<double> OfOneAsync(Func<Task> work)
    {
        var begun = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    public static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>The median of the ratios turn by turn, so that a load that comes and goes cancels out.</summary>
    public static double MedianRatio(IEnumerable<double> values, IEnumerable<double> others) =>
        Median([.. values.Zip(others, (value, other) => value / other)]);
}
