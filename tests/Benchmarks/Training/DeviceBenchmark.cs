using System.Globalization;
using System.Text;
using System.Text.Json;
using FaceMix.Tests;

namespace FaceMix.Benchmarks.Training;

/// <param name="Preset">What is trained.</param>
/// <param name="Batch">Pictures a step.</param>
/// <param name="Rates">Pictures a second of each program, the median of its turns; not a number where there is none.</param>
/// <param name="Eager">FaceMix ÷ PyTorch eager, the median of the turns' ratios.</param>
/// <param name="Compiled">FaceMix ÷ torch.compile.</param>
/// <param name="Apart">How far apart the losses of recorded and launched steps are after the first ten, relative.</param>
internal sealed record DeviceResult(string Preset, int Batch, double[] Rates, double Eager, double Compiled, double Apart);

/// <summary>
/// The Trainer's steps on a device that is named, recorded and launched one by one, beside PyTorch eager and
/// <c>torch.compile</c> in one run: the four take turns.
/// </summary>
internal static class DeviceBenchmark
{
    private const int Rounds = 5;

    private static readonly (string Preset, int Batch)[] s_presets = [("facemix-64", 128), ("anime-64", 128), ("ffhq-conv-96", 128), ("face-mixing-256", 16)];

    // PyTorch's own packages are not the distribution's.
    private static string Python => Environment.GetEnvironmentVariable("FACEMIX_PYTHON") ?? PythonScript.Interpreter;

    /// <param name="arguments"><c>--device D</c>; <c>--precision P</c>; <c>--seconds S</c> of a turn; <c>--batch N</c>; <c>--threads N</c>; <c>--json</c>; names of presets: only those.</param>
    public static async Task RunAsync(IReadOnlyList<string> arguments)
    {
        string Option(string name, string otherwise) => arguments.SkipWhile(argument => argument != name).Skip(1).FirstOrDefault() ?? otherwise;
        var (device, precision) = (Option("--device", "cuda"), Option("--precision", "float32"));
        var (seconds, threads) = (double.Parse(Option("--seconds", "3"), CultureInfo.InvariantCulture), int.Parse(Option("--threads", "1"), CultureInfo.InvariantCulture));
        var named = s_presets.Where(entry => arguments.Contains(entry.Preset)).ToList();
        var results = new List<DeviceResult>();
        foreach (var (preset, batch) in named.Count > 0 ? named : [.. s_presets])
        {
            var pictures = int.Parse(Option("--batch", $"{batch}"), CultureInfo.InvariantCulture);
            results.Add(Measure(new TrainingTask(preset, pictures, threads, device, precision), seconds));
        }
        var version = (await Programs.OutputAsync(Python, "-c", "import torch; print(torch.__version__, torch.cuda.get_device_name() if torch.cuda.is_available() else 'CPU')")).Trim();
        if (arguments.Contains("--json"))
        {
            Console.WriteLine(JsonSerializer.Serialize(new { device, precision, version, results }, new JsonSerializerOptions { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals }));
            return;
        }
        var text = Table(results, device, precision, version, seconds);
        Console.WriteLine(text);
        if (named.Count == 0 && device.StartsWith("cuda", StringComparison.Ordinal))
            Section.Write($"training-{precision}-gpu", $"Training on a GPU in {precision}", text);
    }

    private static DeviceResult Measure(TrainingTask task, double seconds)
    {
        using var recorded = Ours(task with { Recorded = true });
        using var launched = Ours(task);
        using var eager = Theirs(task, "eager");
        using var compiled = Theirs(task, "compiled");
        // The first steps compile, allocate, choose kernels and record.
        var losses = (recorded.LossAfter(10), launched.LossAfter(10));
        Peer[] peers = compiled.Works ? [recorded, launched, eager, compiled] : [recorded, launched, eager];
        var steps = peers.Select(peer => StepsIn(peer, seconds)).ToList();
        var turns = Enumerable.Range(0, Rounds).Select(_ => peers.Zip(steps, (peer, count) => task.Batch / peer.Train(count)).ToArray()).ToList();
        double Ratio(int other) => other < peers.Length ? Median(turns.Select(turn => turn[0] / turn[other])) : double.NaN;
        double[] rates = [.. Enumerable.Range(0, 4).Select(i => i < peers.Length ? Median(turns.Select(turn => turn[i])) : double.NaN)];
        return new(task.Preset, task.Batch, rates, Ratio(2), Ratio(3), Math.Abs(losses.Item1 - losses.Item2) / losses.Item2);
    }

    private static Peer Ours(TrainingTask task) => Peer.OfThis(task.Arguments, task.Threads);

    private static Peer Theirs(TrainingTask task, string mode) => new(
        Python, [Repository.PathOf("tests", "Benchmarks", "Training", "train.py"), task.Preset, $"{task.Batch}", $"{task.Threads}", task.Device, task.Precision, mode], task.Threads);

    private static int StepsIn(Peer peer, double seconds)
    {
        peer.Train(3);
        return Math.Max(1, (int)(seconds / peer.Train(2)));
    }

    private static string Table(List<DeviceResult> results, string device, string precision, string version, double seconds)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"`./facemix bench training --device {device} --precision {precision}`: PyTorch {version}, native/torch on libtorch {TorchSharp.torch.__version__}; medians of {Rounds} turns of {seconds:0.#} s, pictures a second. FaceMix waits for each step's loss, PyTorch only for a turn's last.");
        text.AppendLine();
        text.AppendLine("| preset | batch | FaceMix, recorded | FaceMix, launched | PyTorch eager | torch.compile | ÷ eager | ÷ compiled | recorded and launched: losses apart |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var row in results)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Preset} | {row.Batch} | {string.Join(" | ", row.Rates.Select(Number))} | {Number(row.Eager, "0.00")} | {Number(row.Compiled, "0.00")} | {row.Apart:0.0e0} |");
        return text.ToString();
    }

    private static string Number(double value) => Number(value, "0.0");

    private static string Number(double value, string format) => double.IsNaN(value) ? "none" : value.ToString(format, CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
