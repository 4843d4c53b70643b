using System.Diagnostics;
using System.Globalization;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;

namespace FaceMix.Benchmarks.Training;

/// <summary>
/// Trains a preset in a process of its own, as many steps at a time as a line of standard input says; what
/// <c>train.py</c> does in Python. Each line answers with the seconds it took and the last loss; at the end of the input
/// comes the peak of the resident memory in bytes.
/// </summary>
internal static class TrainingWorker
{
    public const string Verb = "training-worker";

    public static void Run(string preset, int batch, int threads)
    {
        TorchSharp.torch.set_num_threads(threads);
        using var run = new TrainingRun(PresetReader.Read(preset, [$"training.batch={batch}"]), seed: 1);
        var size = run.Preset.Model.ImageSize;
        var pixels = new byte[batch * size * size * 3];
        new Random(1).NextBytes(pixels);
        while (Console.ReadLine() is { } line)
        {
            var begun = Stopwatch.GetTimestamp();
            var loss = 0.0;
            for (var i = int.Parse(line, CultureInfo.InvariantCulture); i > 0; i--)
                loss = run.Step(pixels, batch, default, progress: 0.5).Total;
            Console.WriteLine(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(begun).TotalSeconds} {loss}"));
        }
        Console.WriteLine(Process.GetCurrentProcess().PeakWorkingSet64);
    }
}
