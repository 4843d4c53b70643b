using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace FaceMix.Trainer.Commands;

/// <summary>
/// One line on standard error that says how far work has come: drawn over with a bar on a terminal, written anew every few
/// seconds elsewhere. Standard output is left to results.
/// </summary>
/// <param name="lineEvery">Time between two lines where there is no terminal.</param>
internal sealed class ProgressLine(TimeSpan lineEvery)
{
    private const int BarWidth = 24;
    private const double LongestSeconds = 360_000;
    private static readonly TimeSpan s_barEvery = TimeSpan.FromMilliseconds(200);

    private readonly IAnsiConsole? _terminal =
        Console.IsErrorRedirected ? null : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    private long? _shown;

    public bool IsTerminal => _terminal is not null;

    /// <summary>Whether the last line was shown so long ago that it is time for the next.</summary>
    /// <param name="since">Timestamp to count from before the first line; null: the first is due at once.</param>
    public bool IsDue(long? since = null) =>
        (_shown ?? since) is not { } last || Stopwatch.GetElapsedTime(last) >= (_terminal is null ? lineEvery : s_barEvery);

    /// <summary>Shows how far the work has come.</summary>
    /// <param name="part">0 to 1.</param>
    /// <param name="text">One line.</param>
    public void Show(double part, string text)
    {
        _shown = Stopwatch.GetTimestamp();
        if (_terminal is null)
        {
            Console.Error.WriteLine(text);
            return;
        }
        var full = (int)Math.Round(part * BarWidth);
        var line = $"{new string('█', full)}{new string('░', BarWidth - full)} {text}";
        // A line that wraps could not be drawn over.
        _terminal.Write(new ControlCode($"\r\u001b[2K{(line.Length < _terminal.Profile.Width ? line : line[..Math.Max(0, _terminal.Profile.Width - 1)])}"));
    }

    /// <summary>Writes a line that stays.</summary>
    public void Say(string text)
    {
        if (_terminal is null)
            Console.Error.WriteLine(text);
        else
            _terminal.Write(new ControlCode($"\r\u001b[2K{text}\n"));
    }

    /// <summary>Ends the bar's line, so that what follows begins on one of its own.</summary>
    public void End()
    {
        if (_terminal is not null && _shown is not null)
            Console.Error.WriteLine();
        _shown = null;
    }

    /// <summary>Such as <c>4:05</c> or <c>1:04:05</c>; a question mark for what is not known or more than a hundred hours.</summary>
    public static string Duration(double seconds) => double.IsFinite(seconds) && seconds is >= 0 and < LongestSeconds
        ? TimeSpan.FromSeconds(seconds).ToString(seconds >= 3600 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture)
        : "?";
}
