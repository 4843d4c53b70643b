using System.Globalization;
using FaceMix.Tests;

namespace FaceMix.Benchmarks.Models;

/// <summary>
/// Every preset that can train at 64 pixels, on the same data for the same processor time, measured by the same judge on the
/// same held-out faces. A run is kept as soon as it is done, so that an interrupted benchmark goes on where it was.
/// </summary>
internal static class ModelsBenchmark
{
    private const string Help = """
        ./facemix bench models [--data drawn|FOLDER [--labels CSV] [--credit TEXT]] [--minutes 10] [--seeds 1] [--keep DIR] [PRESET ...]
          trains and measures the presets (all by default), then writes the section of docs/RESULTS.md that has the data's name
          --minutes N   processor time of a run; how many steps that are is measured once for each preset
          --seeds A,B   one run for each
          --keep DIR    where runs and models lie [.facemix/results]; what docs/results/ holds is not done again
          --table       only writes the table of what is there
        """;

    public static async Task RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--help"))
        {
            Console.WriteLine(Help);
            return;
        }
        // As ./facemix starts the Trainer: a second thread of a step would only wait for the first.
        foreach (var (name, value) in new[] { ("OMP_NUM_THREADS", "1"), ("OMP_WAIT_POLICY", "passive"), ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1") })
            Environment.SetEnvironmentVariable(name, value);
        var data = Value(arguments, "--data") ?? "drawn";
        var keep = Value(arguments, "--keep") ?? Repository.PathOf(".facemix", "results");
        var minutes = double.Parse(Value(arguments, "--minutes") ?? "10", CultureInfo.InvariantCulture);
        var seeds = (Value(arguments, "--seeds") ?? "1").Split(',').Select(ulong.Parse).ToList();
        var chosen = Contender.All.Where(contender => arguments.Contains(contender.Preset)).ToList();
        var source = new List<string> { "--data", data };
        if (Value(arguments, "--labels") is { } labels)
            source.AddRange(["--labels", labels]);
        var trials = new Trials(Path.Combine(keep, Name(data)), Repository.PathOf("docs", "results", Name(data)), source, Value(arguments, "--credit"), TimeSpan.FromMinutes(minutes));
        if (!arguments.Contains("--table"))
        {
            foreach (var seed in seeds)
            {
                foreach (var contender in chosen.Count > 0 ? chosen : Contender.All)
                    await trials.RunAsync(contender, seed);
            }
        }
        var table = ResultsTable.Of(Name(data), minutes, trials.Results());
        Console.WriteLine(table);
        Section.Write(Name(data), ResultsTable.Title(Name(data)), table, "RESULTS.md", "Results");
    }

    private static string Name(string data) => data == "drawn" ? data : Path.GetFileName(Path.TrimEndingDirectorySeparator(data));

    private static string? Value(IReadOnlyList<string> arguments, string option)
    {
        var at = arguments.ToList().IndexOf(option);
        return at >= 0 && at + 1 < arguments.Count ? arguments[at + 1] : null;
    }
}
