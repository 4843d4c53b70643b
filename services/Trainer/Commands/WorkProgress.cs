using System.Diagnostics;
using System.Globalization;

namespace FaceMix.Trainer.Commands;

/// <summary>Shows how far one piece of work has come and when it will be done.</summary>
/// <param name="what">What is done, such as <c>faces encoded</c>.</param>
internal sealed class WorkProgress(string what) : IProgress<(int Done, int Total)>
{
    private readonly Lock _gate = new();
    private readonly ProgressLine _line = new(TimeSpan.FromSeconds(5));
    private readonly long _started = Stopwatch.GetTimestamp();
    private (int Done, long At)? _first;

    public void Report((int Done, int Total) value)
    {
        lock (_gate)
        {
            // What an earlier run did is no measure of this one's speed.
            _first ??= (value.Done, Stopwatch.GetTimestamp());
            if (value.Done < value.Total && !_line.IsDue(_line.IsTerminal ? null : _started))
                return;
            _line.Show((double)value.Done / Math.Max(1, value.Total), Describe(value.Done, value.Total));
            if (value.Done >= value.Total)
                _line.End();
        }
    }

    private string Describe(int done, int total)
    {
        var (first, at) = _first!.Value;
        var left = done > first && done < total
            ? $", ETA {ProgressLine.Duration(Stopwatch.GetElapsedTime(at).TotalSeconds * (total - done) / (done - first))}"
            : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {total:N0} {what}{left}");
    }
}
