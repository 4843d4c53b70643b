using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace FaceMix.Trainer.Commands;

/// <summary>
/// Shows on standard error how far one piece of work has come and when it will be done: a bar on a terminal, a line every few
/// seconds elsewhere.
/// </summary>
/// <param name="what">What is done, such as <c>faces encoded</c>.</param>
internal sealed class WorkProgress(string what) : IProgress<(int Done, int Total)>
{
    private const int BarWidth = 24;
    private static readonly TimeSpan s_lineEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_barEvery = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly IAnsiConsole? _terminal = Console.IsErrorRedirected ? null : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    private long _said;
    private (int Done, long At)? _first;

    public void Report((int Done, int Total) value)
    {
        lock (_gate)
        {
            // What an earlier run did is no measure of this one's speed.
            _first ??= (value.Done, Stopwatch.GetTimestamp());
            var often = _terminal is null ? s_lineEvery : s_barEvery;
            if (Stopwatch.GetElapsedTime(_said == 0 && _terminal is null ? _started : _said) < often && value.Done < value.Total)
                return;
            _said = Stopwatch.GetTimestamp();
            var text = Describe(value.Done, value.Total);
            if (_terminal is null)
                Console.Error.WriteLine(text);
            else
                _terminal.Write(new ControlCode($"\r\u001b[2K{Bar(value.Done, value.Total)} {text}{(value.Done >= value.Total ? "\n" : string.Empty)}"));
        }
    }

    private string Describe(int done, int total)
    {
        var (first, at) = _first!.Value;
        var left = done > first && done < total ? $", ETA {Text(Stopwatch.GetElapsedTime(at) * ((double)(total - done) / (done - first)))}" : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {total:N0} {what}{left}");
    }

    private static string Bar(int done, int total)
    {
        var full = (int)Math.Round((double)done / Math.Max(1, total) * BarWidth);
        return new string('█', full) + new string('░', BarWidth - full);
    }

    private static string Text(TimeSpan time) => time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
}
