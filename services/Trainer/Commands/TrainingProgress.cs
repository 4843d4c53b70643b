using System.Diagnostics;
using System.Globalization;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Commands;

/// <summary>Shows a run's progress: speed, time left, the loss and its terms.</summary>
internal sealed class TrainingProgress : ITrainingObserver, IDisposable
{
    private readonly ProgressLine _line = new(TimeSpan.FromSeconds(10));
    private readonly long _started = Stopwatch.GetTimestamp();
    private RunState? _first;

    public void Stepped(RunState state, StepReport report, double progress)
    {
        _first ??= state;
        if (report.Skipped)
            _line.Say($"step {state.Step} was skipped: loss {report.Total}, gradient norm {report.GradientNorm}");
        if (progress >= 1 || _line.IsDue())
            _line.Show(Math.Min(progress, 1), Describe(state, report, progress));
    }

    public void Saved(RunState state)
    {
        // The bar says enough; in a log a saved state is worth its line.
        if (!_line.IsTerminal)
            _line.Say(string.Create(CultureInfo.InvariantCulture, $"saved at step {state.Step}"));
    }

    public void Measured(RunState state, BestMoment moment, bool best)
    {
        if (!_line.IsTerminal)
            _line.Say($"held out: {moment}{(best ? ", the best so far" : string.Empty)}");
    }

    public void Dispose() => _line.End();

    private string Describe(RunState state, StepReport report, double progress)
    {
        var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        var speed = (state.Pictures - _first!.Pictures) / Math.Max(seconds, 1e-3);
        var left = progress > 0 ? seconds * (1 - progress) / Math.Max(progress, 1e-6) : double.NaN;
        // A resumed run's part before this process is not in the seconds seen here.
        if (state.Elapsed.TotalSeconds > seconds && progress > 0)
            left = state.Elapsed.TotalSeconds * (1 - progress) / progress;
        var terms = string.Join(' ', report.Terms.Select(Term));
        return string.Create(
            CultureInfo.InvariantCulture, $"{progress,4:0%} ETA {ProgressLine.Duration(left)}, step {state.Step}, {speed:0} images/s, loss {report.Total:0.####} ({terms})");
    }

    // The raw number, and beside it what it counts for; weights of 1 go without saying, and those of 0 are for looking only.
    private static string Term(TermValue term) => term.Weight is 0 or 1
        ? string.Create(CultureInfo.InvariantCulture, $"{term.Name} {term.Value:0.####}")
        : string.Create(CultureInfo.InvariantCulture, $"{term.Name} {term.Value:0.####}×{Weight(term.Weight)}");

    private static string Weight(double weight) => weight.ToString(weight is >= 0.01 and < 1e4 ? "0.####" : "0.####e-0", CultureInfo.InvariantCulture);
}
