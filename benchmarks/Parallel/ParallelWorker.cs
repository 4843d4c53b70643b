using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using FaceMix.Trainer.Training.Parallel;

namespace FaceMix.Benchmarks.Parallel;

/// <summary>One of the processes that train a preset together. Every round has a turn of each kind, so that the kinds share the machine's moods.</summary>
internal static class ParallelWorker
{
    public const string Verb = "parallel-worker";

    /// <summary>Each process by itself, on as large a share; gradients summed; batch norm synchronised as well.</summary>
    public static readonly string[] Kinds = ["alone", "gradients", "norm"];

    /// <param name="arguments">The verb, preset, batch of all processes together, steps of a turn, rounds, and the file for rank 0's results.</param>
    public static void Run(string[] arguments)
    {
        int Number(int index) => int.Parse(arguments[index], CultureInfo.InvariantCulture);
        var (batch, steps, rounds) = (Number(2), Number(3), Number(4));
        NativeHeap.KeepFreed();
        TorchSharp.torch.set_num_threads(1);
        using var group = ProcessGroup.Join();
        using var run = new TrainingRun(PresetReader.Read(arguments[1], [$"training.batch={batch}"]), seed: 1);
        using var gradients = new DataParallel(group, run, synchroniseNorm: false);
        using var norm = new DataParallel(group, run, synchroniseNorm: true);
        var kinds = new DataParallel?[] { null, gradients, norm };
        var size = run.Preset.Model.ImageSize;
        var share = batch / group.Size;
        var pixels = new byte[share * size * size * 3];
        new Random(group.Rank).NextBytes(pixels);
        var seconds = Kinds.ToDictionary(kind => kind, _ => new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            for (var kind = 0; kind < kinds.Length; kind++)
            {
                run.Parallel = kinds[kind];
                Meet(group);
                var begun = Stopwatch.GetTimestamp();
                for (var step = 0; step < steps; step++)
                    run.Step(pixels, share, default, progress: 0.5, whole: kind == 0 ? share : batch);
                Meet(group);
                // The first round compiles, allocates and chooses kernels.
                if (round >= 0)
                    seconds[Kinds[kind]].Add(Stopwatch.GetElapsedTime(begun).TotalSeconds / steps);
            }
        }
        if (group.IsFirst)
            File.WriteAllText(arguments[5], JsonSerializer.Serialize(seconds));
    }

    // Not Wait, which looks only every 20 ms.
    private static void Meet(ProcessGroup group) => group.Max(stackalloc double[1]);
}
