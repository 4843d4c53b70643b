using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FaceMix.Distributed;
using FaceMix.Distributed.Rendezvous;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using FaceMix.Trainer.Training.Distributed;

namespace FaceMix.Benchmarks.Parallel;

/// <summary>One of the processes that train a preset together. Every round has a turn of each kind, so that the kinds share the machine's moods.</summary>
internal static class ParallelWorker
{
    public const string Verb = "parallel-worker";

    /// <summary>Each process by itself, on as large a share; gradients averaged; batch norm synchronised as well.</summary>
    public static readonly string[] Kinds = ["alone", "gradients", "norm"];

    public static void Run(string preset, int batch, int steps, int rounds, string output)
    {
        TorchSharp.torch.set_num_threads(1);
        using var team = Team.Join(ProcessEnvironment.Read()!, new DistributedOptions());
        using var run = new TrainingRun(PresetReader.Read(preset, [$"training.batch={batch}"]), seed: 1);
        using var gradients = new DataParallel(team, run, synchroniseNorm: false);
        using var norm = new DataParallel(team, run, synchroniseNorm: true);
        var kinds = new DataParallel?[] { null, gradients, norm };
        var size = run.Preset.Model.ImageSize;
        var share = batch / team.Size;
        var pixels = new byte[share * size * size * 3];
        new Random(team.Rank).NextBytes(pixels);
        var seconds = Kinds.ToDictionary(kind => kind, _ => new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            for (var kind = 0; kind < kinds.Length; kind++)
            {
                run.Parallel = kinds[kind];
                team.Group.Barrier();
                var begun = Stopwatch.GetTimestamp();
                for (var step = 0; step < steps; step++)
                    run.Step(pixels, share, default, progress: 0.5, whole: kind == 0 ? share : batch);
                team.Group.Barrier();
                // The first round compiles, allocates and chooses kernels.
                if (round >= 0)
                    seconds[Kinds[kind]].Add(Stopwatch.GetElapsedTime(begun).TotalSeconds / steps);
            }
        }
        if (team.IsFirst)
            File.WriteAllText(output, JsonSerializer.Serialize(seconds));
    }

    public static int Run(string[] arguments)
    {
        int Number(int index) => int.Parse(arguments[index], CultureInfo.InvariantCulture);
        Run(arguments[1], Number(2), Number(3), Number(4), arguments[5]);
        return 0;
    }
}
