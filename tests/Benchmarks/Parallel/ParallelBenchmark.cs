using System.Globalization;
using System.Text;
using System.Text.Json;
using FaceMix.Distributed.Launching;
using FaceMix.Tests;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;

namespace FaceMix.Benchmarks.Parallel;

/// <summary>
/// What a step costs when 1, 2 and 4 processes of this machine train together, beside PyTorch's DistributedDataParallel on
/// the same libtorch and the same Gloo. The cost of communication is the difference to the same processes working at the
/// same time on the same shares, each by itself.
/// </summary>
internal static class ParallelBenchmark
{
    private static readonly int[] s_sizes = [1, 2, 4];

    private sealed record Row(int Processes, Times Ours, Times Python);

    /// <param name="Seconds">A step's, in every turn, by kind.</param>
    private sealed record Times(Dictionary<string, double[]> Seconds)
    {
        public double Of(string kind) => Median(Seconds[kind]) * 1000;

        // Of the same round, so that another load on the machine falls on both.
        public double More(string kind) => Median([.. Seconds[kind].Zip(Seconds["alone"], (together, alone) => together - alone)]) * 1000;

        private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
    }

    /// <param name="arguments"><c>--quick</c>: few steps, to see that it works, and nothing is written.</param>
    public static async Task RunAsync(IReadOnlyList<string> arguments)
    {
        var quick = arguments.Contains("--quick");
        const string preset = "facemix-64";
        const int batch = 32;
        var (steps, rounds) = quick ? (2, 1) : (4, 15);
        var rows = new List<Row>();
        foreach (var size in s_sizes)
        {
            var ours = await MeasureAsync(size, [typeof(ParallelWorker).Assembly.Location, ParallelWorker.Verb, preset, $"{batch}", $"{steps}", $"{rounds}"], "dotnet");
            var python = await MeasureAsync(size, [Repository.PathOf("tests", "Benchmarks", "Parallel", "ddp.py"), preset, $"{batch}", $"{steps}", $"{rounds}"], PythonScript.Interpreter);
            rows.Add(new Row(size, ours, python));
        }
        var text = Table(preset, batch, steps, rounds, rows);
        Console.WriteLine(text);
        if (!quick)
            Section.Write("parallel", "Training in several processes", text);
    }

    private static async Task<Times> MeasureAsync(int size, string[] arguments, string program)
    {
        var output = Path.GetTempFileName();
        try
        {
            var code = await new LocalLaunch(size, program, [.. arguments, output], Console.Error).RunAsync();
            if (code != 0)
                throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code} in {size} processes.");
            return new Times(JsonSerializer.Deserialize<Dictionary<string, double[]>>(await File.ReadAllTextAsync(output))!);
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static string Table(string preset, int batch, int steps, int rounds, List<Row> rows)
    {
        using var run = new TrainingRun(PresetReader.Read(preset), 1);
        var megabytes = run.ParameterCount * sizeof(float) / 1e6;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"`./facemix bench parallel`: {preset}, batch {batch} in all, {megabytes:0.0} MB of gradients a step, Gloo over loopback, one thread a process, {Environment.ProcessorCount} processors; medians of {rounds} turns of {steps} steps, in ms a step. *More* is what a step takes beyond the same processes working at the same time each by itself (the median of the turns' differences). PyTorch is DistributedDataParallel on the same libtorch; it has synchronised batch norm on GPUs only.");
        text.AppendLine();
        text.AppendLine("| processes | FaceMix by itself | gradients averaged | more | batch norm synchronised too | more | PyTorch by itself | DistributedDataParallel | more | step, PyTorch ÷ FaceMix |");
        text.AppendLine("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var (processes, ours, python) in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {processes} | {ours.Of("alone"):0.0} | {ours.Of("gradients"):0.0} | {ours.More("gradients"):0.0} | {ours.Of("norm"):0.0} | {ours.More("norm"):0.0} | {python.Of("alone"):0.0} | {python.Of("gradients"):0.0} | {python.More("gradients"):0.0} | {python.Of("gradients") / ours.Of("gradients"):0.00} |");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"The {Environment.ProcessorCount} processors of a small machine may be two threads of one core: more processes than cores share what one has, and a speed-up cannot show here, only the cost. NCCL and several machines were not tried.");
        return text.ToString();
    }
}
