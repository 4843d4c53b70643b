using System.Diagnostics;
using System.Globalization;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;

namespace FaceMix.Benchmarks.Training;

/// <summary>What a worker is to train.</summary>
/// <param name="Preset">A preset that comes with the Trainer.</param>
/// <param name="Batch">Pictures a step.</param>
/// <param name="Threads">Of the CPU.</param>
/// <param name="Device">As <c>--device</c> takes it.</param>
/// <param name="Precision">As the preset takes it.</param>
/// <param name="Recorded">Whether a GPU records its steps; the CPU then does the same work without.</param>
internal sealed record TrainingTask(string Preset, int Batch, int Threads, string Device = "cpu", string Precision = "float32", bool Recorded = false)
{
    public string[] Arguments => [TrainingWorker.Verb, Preset, $"{Batch}", $"{Threads}", Device, Precision, $"{Recorded}"];

    public static TrainingTask Of(string[] arguments) => new(
        arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture), int.Parse(arguments[3], CultureInfo.InvariantCulture), arguments[4], arguments[5], bool.Parse(arguments[6]));
}

/// <summary>
/// Trains a preset in a process of its own, as many steps at a time as a line of standard input says; what
/// <c>train.py</c> does in Python. Each line answers with the seconds it took and the last loss; at the end of the input
/// comes the peak of the resident memory in bytes.
/// </summary>
internal static class TrainingWorker
{
    public const string Verb = "training-worker";

    public static void Run(TrainingTask task)
    {
        TorchSharp.torch.set_num_threads(task.Threads);
        var preset = PresetReader.Read(task.Preset, [$"training.batch={task.Batch}", $"training.precision={task.Precision}"]);
        using var run = new TrainingRun(preset, seed: 1, Devices.Choose(task.Device));
        var gpu = Devices.IsGpu(run.Device);
        var size = run.Preset.Model.ImageSize;
        var pixels = new byte[task.Batch * size * size * 3];
        new Random(1).NextBytes(pixels);
        // As the loader's threads leave them.
        using var staged = gpu ? Pixels.Pin(pixels) : null;
        while (Console.ReadLine() is { } line)
        {
            var begun = Stopwatch.GetTimestamp();
            var loss = 0.0;
            // Each step's loss is waited for.
            for (var i = int.Parse(line, CultureInfo.InvariantCulture); i > 0; i--)
                loss = run.Step(pixels, task.Batch, default, progress: 0.5, staged: staged).Total;
            Console.WriteLine(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(begun).TotalSeconds} {loss}"));
        }
        Console.WriteLine(Process.GetCurrentProcess().PeakWorkingSet64);
    }
}
