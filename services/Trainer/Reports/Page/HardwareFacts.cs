using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace FaceMix.Trainer.Reports.Page;

/// <summary>The machine a run ran on, and what the run cost there.</summary>
public static class HardwareFacts
{
    /// <summary>Price of an hour of the machine, such as <c>0.12 EUR</c>; where it is set, the report says what the run cost.</summary>
    public const string PriceVariable = "FACEMIX_PRICE_PER_HOUR";

    /// <param name="threads">Threads of a step.</param>
    public static IEnumerable<PageFact> Machine(long threads)
    {
        yield return new PageFact("machine", "Processor", Processor());
        yield return new PageFact("machine", "Processors, used", $"{Environment.ProcessorCount}, {threads}");
        yield return new PageFact("machine", "Memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30):0.0} GiB");
        yield return new PageFact("machine", "System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
        yield return new PageFact("machine", "Runtime", RuntimeInformation.FrameworkDescription);
    }

    /// <param name="training">Time of the steps.</param>
    /// <param name="pictures">Pictures seen.</param>
    public static IEnumerable<PageFact> Cost(TimeSpan training, long pictures)
    {
        using var process = Process.GetCurrentProcess();
        yield return new PageFact("cost", "Training time", Time(training));
        yield return new PageFact("cost", "Speed", $"{pictures / Math.Max(training.TotalSeconds, 1e-9):N0} pictures a second");
        yield return new PageFact("cost", "Processor time", Time(process.TotalProcessorTime));
        yield return new PageFact("cost", "Peak memory", $"{process.PeakWorkingSet64 / (double)(1L << 20):N0} MiB");
        yield return new PageFact("cost", "Price", Price(training) ?? $"set {PriceVariable}, such as \"0.12 EUR\", to see it");
    }

    /// <summary>1 h 04 min, 6.3 min, 12 s.</summary>
    public static string Time(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes:00} min" : time.TotalMinutes >= 1 ? $"{time.TotalMinutes:0.0} min" : $"{time.TotalSeconds:0} s";

    private static string? Price(TimeSpan training)
    {
        var words = (Environment.GetEnvironmentVariable(PriceVariable) ?? string.Empty).Split(' ', 2, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 && double.TryParse(words[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var hour)
            ? $"{hour * training.TotalHours:0.0000} {(words.Length > 1 ? words[1] : string.Empty)}".TrimEnd()
            : null;
    }

    private static string Processor()
    {
        const string field = "model name";
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";
        }
        catch (IOException)
        {
            return "unknown";
        }
    }
}
