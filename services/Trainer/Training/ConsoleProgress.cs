using System.Globalization;
using Spectre.Console;

namespace FaceMix.Trainer.Training;

/// <summary>
/// Shows a run's progress: a bar on a terminal, a plain line every few seconds elsewhere. Written to standard error,
/// so that <c>--json</c> leaves standard output to the result.
/// </summary>
public sealed class ConsoleProgress : ITrainingObserver, IDisposable
{
    private static readonly TimeSpan s_lineEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_barEvery = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _time;
    private readonly IAnsiConsole? _bar;
    private readonly TextWriter _plain;
    private readonly long _started;
    private RunState? _first;
    private long _shown;

    /// <param name="time">The clock.</param>
    /// <param name="plain">Takes plain lines when standard error is no terminal.</param>
    public ConsoleProgress(TimeProvider time, TextWriter plain)
    {
        _time = time;
        _plain = plain;
        _started = time.GetTimestamp();
        if (!Console.IsErrorRedirected)
            _bar = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    }

    public void Stepped(RunState state, StepReport report, double progress)
    {
        _first ??= state;
        if (report.Skipped)
            Line($"step {state.Step} was skipped: loss {report.Total}, gradient norm {report.GradientNorm}");
        if (_shown != 0 && progress < 1 && _time.GetElapsedTime(_shown) < (_bar is null ? s_lineEvery : s_barEvery))
            return;
        _shown = _time.GetTimestamp();
        var text = Describe(state, report, progress);
        if (_bar is null)
            _plain.WriteLine(text);
        else
            _bar.Write(new ControlCode($"\r\u001b[2K{Fitted($"{Bar(progress)} {text}", _bar.Profile.Width)}"));
    }

    public void Saved(RunState state)
    {
        // The bar says enough; in a log a saved state is worth its line.
        if (_bar is null)
            _plain.WriteLine(string.Create(CultureInfo.InvariantCulture, $"saved at step {state.Step}"));
    }

    public void Measured(RunState state, BestMoment moment, bool best)
    {
        if (_bar is null)
            _plain.WriteLine($"held out: {moment}{(best ? ", the best so far" : string.Empty)}");
    }

    public void Dispose()
    {
        if (_bar is not null && _shown != 0)
            _bar.WriteLine();
    }

    private string Describe(RunState state, StepReport report, double progress)
    {
        var seconds = _time.GetElapsedTime(_started).TotalSeconds;
        var speed = (state.Pictures - _first!.Pictures) / Math.Max(seconds, 1e-3);
        var left = progress > 0 ? seconds * (1 - progress) / Math.Max(progress, 1e-6) : double.NaN;
        // A resumed run's part before this process is not in the seconds seen here.
        if (state.Elapsed.TotalSeconds > seconds && progress > 0)
            left = state.Elapsed.TotalSeconds * (1 - progress) / progress;
        var terms = string.Join(' ', report.Terms.Select(Term));
        return string.Create(CultureInfo.InvariantCulture, $"{progress,4:0%} ETA {Duration(left)}, step {state.Step}, {speed:0} images/s, loss {report.Total:0.####} ({terms})");
    }

    // The raw number, and beside it what it counts for; weights of 1 go without saying, and those of 0 are for looking only.
    private static string Term(TermValue term) => term.Weight is 0 or 1
        ? string.Create(CultureInfo.InvariantCulture, $"{term.Name} {term.Value:0.####}")
        : string.Create(CultureInfo.InvariantCulture, $"{term.Name} {term.Value:0.####}×{Weight(term.Weight)}");

    private static string Weight(double weight) => weight.ToString(weight is >= 0.01 and < 1e4 ? "0.####" : "0.####e-0", CultureInfo.InvariantCulture);

    // A line that wraps could not be drawn over.
    private static string Fitted(string text, int width) => text.Length < width ? text : text[..Math.Max(0, width - 1)];

    private static string Bar(double progress)
    {
        const int width = 24;
        var full = (int)Math.Round(progress * width);
        return new string('█', full) + new string('░', width - full);
    }

    private static string Duration(double seconds) =>
        double.IsFinite(seconds) && seconds < 360_000 ? TimeSpan.FromSeconds(seconds).ToString(seconds >= 3600 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture) : "?";

    private void Line(string text)
    {
        if (_bar is null)
            _plain.WriteLine(text);
        else
            _bar.WriteLine($"\r{text}");
    }
}
