using System.Globalization;
using System.Text.RegularExpressions;

namespace FaceMix.Trainer.Training.Parallel;

/// <summary>
/// Reads what <c>mpirun</c> prints between the lines of the processes: notices between rules of hyphens. One about a process that was killed
/// becomes <see cref="Fate"/>; one about a process that ended by itself is left out; others are for the reader, who gets them as they are.
/// </summary>
public sealed partial class MpirunLog
{
    private readonly List<string> _notice = [];

    /// <summary>How the first process that was killed has ended, such as <c>Rank 1 on node7 was killed by signal 9 (SIGKILL)</c>; null: none is known of.</summary>
    public string? Fate { get; private set; }

    /// <summary>What of a line is for the reader.</summary>
    public IEnumerable<string> Pass(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (_notice.Count > 0)
        {
            _notice.Add(line);
            return Rule().IsMatch(line) ? Close() : [];
        }
        if (!Rule().IsMatch(line))
            return Chatter().IsMatch(line) ? [] : [line];
        _notice.Add(line);
        return [];
    }

    /// <summary>What is left when the output ends within a notice.</summary>
    public IEnumerable<string> Rest() => _notice.Count > 0 ? Close() : [];

    private string[] Close()
    {
        string[] notice = [.. _notice];
        _notice.Clear();
        var text = string.Join('\n', notice);
        if (Killed().Match(text) is not { Success: true } killed)
            return Ended().IsMatch(text) ? [] : notice;
        var signal = int.Parse(killed.Groups["signal"].ValueSpan, CultureInfo.InvariantCulture);
        Fate ??= $"Rank {killed.Groups["rank"]} on {killed.Groups["node"]} was killed by signal {signal}{(SignalName(signal) is { } name ? $" ({name})" : string.Empty)}";
        return [];
    }

    private static string? SignalName(int signal) => signal switch
    {
        2 => "SIGINT",
        6 => "SIGABRT",
        7 => "SIGBUS",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        _ => null,
    };

    [GeneratedRegex("^-{60,}$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^\[[^\]]+:\d+\] (\d+ more process|Set MCA parameter ""\w+_base_help_aggregate"")|ORTE_ERROR_LOG: .* in file \S*show_help|Forwarding signal \d+ to job")]
    private static partial Regex Chatter();

    // A process that ended by itself has said why.
    [GeneratedRegex(@"MPI_ABORT was invoked on rank \d+|job\s+terminated normally, but\s+\d+\s+process|processes exited with non-zero status")]
    private static partial Regex Ended();

    [GeneratedRegex(@"process rank (?<rank>\d+) with PID \d+ on node (?<node>\S+) exited on\s+signal (?<signal>\d+)")]
    private static partial Regex Killed();
}
