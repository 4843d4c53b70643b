using System.Diagnostics;

namespace FaceMix.Benchmarks;

/// <summary>The machine a benchmark runs on, in words for the head of its section.</summary>
internal static class Machine
{
    // Read once, before any benchmark of this run adds to it.
    private static readonly string s_load = File.ReadAllText("/proc/loadavg").Split(' ')[0];

    /// <summary>Call first, so that the load average is that of the machine without the benchmarks.</summary>
    public static void Note() => _ = s_load;

    /// <returns>Date, processors, memory, system, .NET, and the load average of the minute before the run.</returns>
    public static string Describe() =>
        $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} × {Processor()}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {System()}, .NET {Environment.Version}; load average {s_load} at the start{Warning}";

    // A build just before the run comes to less than that.
    private static string Warning => double.Parse(s_load) > Environment.ProcessorCount
        ? " (**other work ran beside it: processor times hold, rates and latencies do not**)"
        : string.Empty;

    /// <returns>User and kernel time of all threads of a process since its start, in steps of 10 ms.</returns>
    public static TimeSpan ProcessorTime(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }

    private static string Processor() => Field("/proc/cpuinfo", "model name", ':') ?? "unknown processor";

    private static string System() => Field("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? Environment.OSVersion.ToString();

    private static string? Field(string file, string name, char separator) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(separator, 2)[1].Trim()
        : null;
}
