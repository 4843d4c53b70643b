using System.Runtime.InteropServices;
using FaceMix.Distributed;
using FaceMix.Distributed.Rendezvous;
using FaceMix.Tests.Trainer.Training;
using FaceMix.Trainer.Data;
using FaceMix.Trainer.Training;
using FaceMix.Trainer.Training.Distributed;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Distributed;

/// <summary>
/// One of several processes that train a tiny model for some steps: this assembly's own program, started by the tests.
/// Rank 0 writes the losses of every step and then all weights.
/// </summary>
internal static class Worker
{
    // Three batches of 16 and one of 6: four processes have shares of 4, and then of 2, 2, 1 and 1.
    private const int Faces = 54;

    /// <summary>The schedules' last step, however early a worker ends.</summary>
    public const int Planned = 20;

    /// <param name="Type"><c>float32</c> or <c>float64</c>.</param>
    /// <param name="Until">The last step.</param>
    /// <param name="Output">Where the numbers go.</param>
    /// <param name="Synchronise">Whether batch norm sees the whole batch.</param>
    /// <param name="From">A checkpoint to begin with, or <c>-</c>.</param>
    /// <param name="To">Where to leave a checkpoint, or <c>-</c>.</param>
    /// <param name="Changes">Of the preset, as <c>--set</c> takes them, with blanks between.</param>
    public sealed record Task(string Type, int Until, string Output, bool Synchronise = true, string From = "-", string To = "-", string Changes = "")
    {
        public string[] Arguments => [
            typeof(Worker).Assembly.Location, Type, $"{Until}", Output, $"{Synchronise}", From, To, .. Changes.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    public static int Main(string[] arguments)
    {
        set_num_threads(1);
        set_default_dtype(arguments[0] == "float64" ? ScalarType.Float64 : ScalarType.Float32);
        using var team = ProcessEnvironment.Read() is { } self ? Team.Join(self, new DistributedOptions()) : null;
        using var run = new TrainingRun(TinyRun.Preset([$"training.sync_batch_norm={arguments[3].ToLowerInvariant()}", .. arguments[6..]]), TinyRun.Seed);
        if (team is { IsFirst: false })
        {
            // Only rank 0's weights may count.
            using var noGrad = no_grad();
            foreach (var parameter in run.Model.parameters())
                parameter.add_(1);
        }
        if (team is null or { IsFirst: true } && arguments[4] != "-")
            Checkpoint.Load(run, arguments[4]);
        using var parallel = run.Parallel = team is null ? null : new DataParallel(team, run);
        var losses = Steps(run, team, int.Parse(arguments[1]));
        if (team is not null and { IsFirst: false })
            return 0;
        if (arguments[5] != "-")
            Checkpoint.Save(run, arguments[5]);
        var weights = run.Model.parameters().SelectMany(parameter => parameter.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray());
        File.WriteAllBytes(arguments[2], MemoryMarshal.AsBytes<double>([losses.Count, .. losses, .. weights]).ToArray());
        return 0;
    }

    /// <summary>What rank 0 has written.</summary>
    public static (double[] Losses, double[] Weights) Read(string path)
    {
        var numbers = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(path)).ToArray();
        var count = (int)numbers[0];
        return (numbers[1..(count + 1)], numbers[(count + 1)..]);
    }

    private static List<double> Steps(TrainingRun run, Team? team, int until)
    {
        using var source = TinyRun.Faces(Faces);
        using var loader = new BatchLoader(source, new BatchLoaderOptions
        {
            BatchSize = run.Preset.Training.Batch,
            Seed = TinyRun.Seed,
            DropLast = false,
            Start = run.State.Next,
            Rank = team?.Rank ?? 0,
            WorldSize = team?.Size ?? 1,
        });
        var losses = new List<double>();
        while (run.State.Step < until)
        {
            using var batch = loader.Next(CancellationToken.None)!;
            losses.Add(run.Step(batch.Pixels, batch.Count, batch.NextPosition, run.State.Step / (double)Planned, batch.WholeCount).Total);
        }
        return losses;
    }
}
