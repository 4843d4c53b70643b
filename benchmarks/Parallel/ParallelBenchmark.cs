using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FaceMix.Tests;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using FaceMix.Trainer.Training.Parallel;

namespace FaceMix.Benchmarks.Parallel;

/// <summary>
/// What a step costs when 1, 2 and 4 processes of this machine train together, beside the distribution's PyTorch with DistributedDataParallel
/// over Gloo. The cost of communication is the difference to the same processes working at the same time on the same shares, each by
/// itself.
/// </summary>
internal static class ParallelBenchmark
{
    private const string Preset = "facemix-64";
    private const int Batch = 32;
    private static readonly int[] s_sizes = [1, 2, 4];

    private sealed record Row(int Processes, Times Ours, Times Python);

    /// <param name="Seconds">A step's, in every turn, by kind.</param>
    private sealed record Times(Dictionary<string, double[]> Seconds)
    {
        public double Of(string kind) => Timing.Median(Seconds[kind]) * 1000;

        // Of the same round, so that another load on the machine falls on both.
        public double More(string kind) => Timing.Median([.. Seconds[kind].Zip(Seconds["alone"], (together, alone) => together - alone)]) * 1000;
    }

    /// <param name="arguments"><c>--quick</c>: few steps, to see that it works, and nothing is written.</param>
    public static Task RunAsync(IReadOnlyList<string> arguments)
    {
        var quick = arguments.Contains("--quick");
        var (steps, rounds) = quick ? (2, 1) : (4, 15);
        var rows = new List<Row>();
        foreach (var size in s_sizes)
        {
            string[] task = [Preset, $"{Batch}", $"{steps}", $"{rounds}"];
            var ours = Measure(output => new MpirunLaunch(size, hosts: null, ["dotnet", typeof(ParallelWorker).Assembly.Location, ParallelWorker.Verb, .. task, output], Console.Error).Run());
            var python = Measure(output => Torchrun(size, [.. task, output]));
            rows.Add(new Row(size, ours, python));
            Console.Error.WriteLine(Line(rows[^1]));
        }
        var text = Table(steps, rounds, rows);
        Console.WriteLine(text);
        if (!quick)
            Section.Write("parallel", "Training in several processes", text);
        return Task.CompletedTask;
    }

    private static Times Measure(Func<string, int> run)
    {
        using var folder = new TemporaryFolder();
        var output = folder.File("times.json");
        if (run(output) is not 0 and var code)
            throw new InvalidOperationException($"A process ended with {code}; its message is above.");
        return new Times(JsonSerializer.Deserialize<Dictionary<string, double[]>>(File.ReadAllText(output))!);
    }

    // Debian's torchrun 1.13 on Python 3.11 needs a rank, if only one that is not there, in -r and -t.
    private static int Torchrun(int size, string[] task)
    {
        var info = new ProcessStartInfo(PythonScript.Interpreter, [
            "-m", "torch.distributed.run", "-r", "9:1", "-t", "9:1", "--nproc_per_node", $"{size}", "--standalone",
            Repository.PathOf("benchmarks", "Parallel", "ddp.py"), .. task]);
        info.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(info)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string Line(Row row)
    {
        var (processes, ours, python) = row;
        return string.Create(CultureInfo.InvariantCulture, $"| {processes} | {ours.Of("alone"):0.0} | {ours.Of("gradients"):0.0} | {ours.More("gradients"):0.0} | {ours.Of("norm"):0.0} | {ours.More("norm"):0.0} | {python.Of("alone"):0.0} | {python.Of("gradients"):0.0} | {python.More("gradients"):0.0} |");
    }

    private static string Table(int steps, int rounds, List<Row> rows)
    {
        using var run = new TrainingRun(PresetReader.Read(Preset), 1);
        var megabytes = run.ParameterCount * sizeof(float) / 1e6;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"`./facemix bench parallel`, {Machine.Describe()}: {Preset}, batch {Batch} in all, {megabytes:0.0} MB of gradients a step, Open MPI over shared memory, one thread a process; medians of {rounds} turns of {steps} steps, in ms a step. *More* is what a step takes beyond the same processes working at the same time each by itself (the median of the turns' differences). PyTorch is the distribution's, older one with DistributedDataParallel over Gloo; it synchronises batch norm on GPUs only.");
        text.AppendLine();
        text.AppendLine("| processes | FaceMix by itself | gradients summed | more | batch norm synchronised too | more | PyTorch by itself | DistributedDataParallel | more |");
        text.AppendLine("|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var row in rows)
            text.AppendLine(Line(row));
        text.AppendLine();
        text.AppendLine("Two processors of a small machine may be two threads of one core, and four processes share them: a speed-up cannot show here, only the cost. GPUs and several machines were not measured.");
        return text.ToString();
    }
}
