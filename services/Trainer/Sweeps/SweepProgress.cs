using System.Globalization;
using System.Text.RegularExpressions;
using FaceMix.Trainer.Commands;

namespace FaceMix.Trainer.Sweeps;

/// <summary>Reads how far the runs of a sweep are from their lines, and says how far the sweep is.</summary>
/// <param name="count">Runs in all.</param>
/// <param name="time">The clock.</param>
public sealed partial class SweepProgress(int count, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly double[] _parts = new double[count];
    private readonly long _started = time.GetTimestamp();
    private double _first;

    /// <summary>What was done earlier is no measure of this process's speed; to be called before the first run starts.</summary>
    public void Skip(int combination)
    {
        lock (_gate)
        {
            _parts[combination] = 1;
            _first = _parts.Sum();
        }
    }

    public void Done(int combination)
    {
        lock (_gate)
            _parts[combination] = 1;
    }

    /// <summary>Takes a line of a run's standard error.</summary>
    /// <returns>Whether it says how far the run is.</returns>
    public bool Take(int combination, string line)
    {
        var match = Percent().Match(line);
        if (!match.Success)
            return false;
        // Publishing comes after the last step.
        lock (_gate)
            _parts[combination] = Math.Min(0.99, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / 100.0);
        return true;
    }

    /// <summary>Of the whole sweep, 0 to 1.</summary>
    public double Part
    {
        get
        {
            lock (_gate)
                return _parts.Sum() / count;
        }
    }

    /// <summary>Such as <c>37% ETA 12:10, 2 of 6 runs done</c>.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            var (sum, seconds) = (_parts.Sum(), time.GetElapsedTime(_started).TotalSeconds);
            var left = sum > _first ? seconds * (count - sum) / (sum - _first) : double.NaN;
            return string.Create(CultureInfo.InvariantCulture, $"{sum / count,4:0%} ETA {ProgressLine.Duration(left)}, {_parts.Count(part => part >= 1)} of {count} runs done");
        }
    }

    [GeneratedRegex(@"^\s*(\d{1,3})% ETA ")]
    private static partial Regex Percent();
}
