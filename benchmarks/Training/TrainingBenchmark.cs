using System.Globalization;
using System.Text;
using FaceMix.Tests;
using FaceMix.Trainer;
using static TorchSharp.torch;

namespace FaceMix.Benchmarks.Training;

/// <summary>
/// Training steps of the Trainer (pixels, forward, loss, backward, clipping, optimizer, averaged weights) beside the same networks
/// written with plain TorchSharp modules and <c>torch.optim</c>, on the same libtorch and as many threads, and beside the
/// distribution's PyTorch, which is older. Each trains in a process of its own; they take turns, so that another load on the
/// machine falls on all.
/// </summary>
internal static class TrainingBenchmark
{
    private const int Rounds = 5;
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(4);

    // Small, so that the slowest ends a turn in time.
    private static readonly (string Preset, int Batch)[] s_presets =
        [("facemix-64", 32), ("anime-64", 16), ("ffhq-conv-96", 16), ("face-mixing-256", 4)];

    /// <param name="arguments"><c>--threads N</c>, otherwise one and two; <c>--device</c>; <c>--precision</c>, of the Trainer; names of presets, otherwise all.</param>
    public static Task RunAsync(IReadOnlyList<string> arguments)
    {
        string Option(string option, string otherwise) => arguments.ToList().IndexOf(option) is >= 0 and var at && at + 1 < arguments.Count ? arguments[at + 1] : otherwise;
        var (threads, device, precision) = (Option("--threads", "1,2").Split(',').Select(int.Parse).ToList(), Option("--device", "cpu"), Option("--precision", "float32"));
        var chosen = s_presets.Where(entry => arguments.Contains(entry.Preset)).ToList();
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"`{string.Join(' ', ["./facemix bench training", .. arguments])}`, {Machine.Describe()}; libtorch {__version__}; on {device}, FaceMix in {precision}; medians of {Rounds} turns of {s_turn.TotalSeconds:0} s. *Processor time* is the ratio of what a picture costs plain TorchSharp and FaceMix in seconds of all cores. PyTorch is {Python()}.");
        text.AppendLine();
        text.AppendLine("| preset | batch | threads | FaceMix, pictures/s | plain TorchSharp, pictures/s | ratio | processor time | PyTorch, pictures/s | peak of FaceMix, MB | of plain TorchSharp, MB |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var (preset, batch) in chosen.Count > 0 ? chosen : [.. s_presets])
        {
            foreach (var count in threads)
            {
                var row = Measure(preset, batch, count, device, precision);
                Console.Error.WriteLine(row);
                text.AppendLine(row);
            }
        }
        Console.WriteLine(text);
        if (arguments.Count == 0)
            Section.Write("training", "Training", text.ToString());
        return Task.CompletedTask;
    }

    private static string Measure(string preset, int batch, int threads, string device, string precision)
    {
        TrainingTask Task(bool plain) => new(preset, batch, threads, plain, device, plain ? "float32" : precision);
        using var ours = Peer.OfThis(Task(plain: false).Arguments, threads);
        using var plain = Peer.OfThis(Task(plain: true).Arguments, threads);
        using var python = new Peer(PythonScript.Interpreter, [Repository.PathOf("benchmarks", "Training", "train.py"), preset, $"{batch}", $"{threads}"], threads);
        Peer[] peers = [ours, plain, python];
        // The first steps compile, allocate and choose kernels.
        var steps = peers.Select(StepsIn).ToList();
        var turns = Enumerable.Range(0, Rounds).Select(_ => peers.Zip(steps, (peer, count) => peer.Train(count)).ToList()).ToList();
        double Rate(int peer) => Median(turns.Select(turn => batch / turn[peer].Clock));
        var ratio = Median(turns.Select(turn => turn[1].Clock / turn[0].Clock));
        var processor = Median(turns.Select(turn => turn[1].Processor / turn[0].Processor));
        return string.Create(CultureInfo.InvariantCulture, $"| {preset} | {batch} | {threads} | {Rate(0):0.0} | {Rate(1):0.0} | {ratio:0.00} | {processor:0.00} | {Rate(2):0.0} | {ours.End() / 1e6:0} | {plain.End() / 1e6:0} |");
    }

    private static int StepsIn(Peer peer)
    {
        peer.Train(2);
        return Math.Max(1, (int)(s_turn.TotalSeconds / peer.Train(1).Clock));
    }

    // The distribution's takes the BLAS that the system's alternatives name.
    private static string Python()
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(PythonScript.Interpreter, ["-c", "import torch; print(torch.__version__)"]) { RedirectStandardOutput = true })!;
        var version = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0
            ? $"{version} with {Path.GetFileName(File.ResolveLinkTarget("/etc/alternatives/libblas.so.3-x86_64-linux-gnu", returnFinalTarget: true)?.FullName) ?? "no known BLAS"}"
            : throw new UsageException($"{PythonScript.Interpreter} has no torch; apt-get install python3-torch.");
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
