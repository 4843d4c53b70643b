using System.Globalization;
using System.Text;
using System.Text.Json;
using FaceMix.Tests;
using FaceMix.Trainer.Presets;

namespace FaceMix.Benchmarks.Training;

/// <param name="Preset">What is trained.</param>
/// <param name="Batch">Pictures a step.</param>
/// <param name="Ours">FaceMix's pictures a second, the median of its turns.</param>
/// <param name="Python">PyTorch's.</param>
/// <param name="Ratio">The median of the turns' ratios.</param>
/// <param name="OurPeak">Largest resident memory of FaceMix's process in bytes.</param>
/// <param name="PythonPeak">Of PyTorch's.</param>
internal sealed record TrainingResult(string Preset, int Batch, double Ours, double Python, double Ratio, long OurPeak, long PythonPeak);

/// <summary>
/// Training steps of the Trainer (pixels, forward, loss, backward, clipping, optimizer, averaged weights) beside the same
/// model in plain PyTorch on the same libtorch, the same BLAS and as many threads. Each trains in a process of its own; the
/// two take turns, so that another load on the machine falls on both.
/// </summary>
internal static class TrainingBenchmark
{
    private const int Rounds = 5;
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(4);

    // Small, so that the slower of the two ends a turn in time.
    private static readonly (string Preset, int Batch)[] s_presets =
        [("facemix-64", 32), ("anime-64", 16), ("ffhq-conv-96", 16), ("face-mixing-256", 4)];

    /// <param name="arguments"><c>--json</c>; <c>--threads N</c>; names of presets: only those.</param>
    public static async Task RunAsync(IReadOnlyList<string> arguments)
    {
        var json = arguments.Contains("--json");
        var at = arguments.ToList().IndexOf("--threads");
        var threads = at >= 0 ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : 1;
        var chosen = s_presets.Where(entry => PresetReader.Names.Contains(entry.Preset)
            && (!arguments.Intersect(s_presets.Select(preset => preset.Preset)).Any() || arguments.Contains(entry.Preset))).ToList();
        var results = new List<TrainingResult>();
        foreach (var (preset, batch) in chosen)
            results.Add(Measure(preset, batch, threads));
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { threads, blas = Blas(), results }));
            return;
        }
        var text = Table(results, threads);
        Console.WriteLine(text);
        if (chosen.Count == s_presets.Length)
            Section.Write("training", "Training", text);
    }

    private static TrainingResult Measure(string preset, int batch, int threads)
    {
        using var ours = Peer.OfThis(new TrainingTask(preset, batch, threads).Arguments, threads);
        using var python = new Peer(PythonScript.Interpreter, [Repository.PathOf("benchmarks", "Training", "train.py"), preset, $"{batch}", $"{threads}"], threads);
        // The first steps compile, allocate and choose kernels.
        var steps = (Ours: StepsIn(ours), Python: StepsIn(python));
        List<double> rates = [], others = [];
        for (var round = 0; round < Rounds; round++)
        {
            rates.Add(batch / ours.Train(steps.Ours));
            others.Add(batch / python.Train(steps.Python));
        }
        var ratio = Median([.. rates.Zip(others, (rate, other) => rate / other)]);
        return new(preset, batch, Median(rates), Median(others), ratio, ours.End(), python.End());
    }

    private static int StepsIn(Peer peer)
    {
        peer.Train(2);
        return Math.Max(1, (int)(s_turn.TotalSeconds / peer.Train(1)));
    }

    private static string Table(List<TrainingResult> results, int threads)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"`./facemix bench training --threads {threads}`: {Environment.ProcessorCount} processors, {threads} thread(s) each, BLAS `{Blas()}`, libtorch {TorchSharp.torch.__version__}; medians of {Rounds} turns of {s_turn.TotalSeconds:0} s.");
        text.AppendLine();
        text.AppendLine("| preset | batch | FaceMix, pictures/s | PyTorch, pictures/s | ratio | FaceMix's peak, MB | PyTorch's peak, MB |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|");
        foreach (var row in results)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Preset} | {row.Batch} | {row.Ours:0.0} | {row.Python:0.0} | {row.Ratio:0.00} | {row.OurPeak / 1e6:0} | {row.PythonPeak / 1e6:0} |");
        return text.ToString();
    }

    // What the dynamic loader took for the name that libtorch asks for.
    private static string Blas() => Path.GetFileName(Path.GetDirectoryName(
        File.ResolveLinkTarget("/etc/alternatives/libblas.so.3-x86_64-linux-gnu", returnFinalTarget: true)?.FullName ?? "unknown/unknown")!);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
