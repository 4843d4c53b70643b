using FaceMix.Datasets;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;

namespace FaceMix.Tests.Trainer.Training;

/// <summary>A model so small that twenty steps take less than a second or two.</summary>
internal static class TinyRun
{
    public const ulong Seed = 4;

    public static Preset Preset(params string[] changes) => PresetReader.Read("facemix-32-tiny", changes);

    public static IFaceSource Faces(int count = 200) => new SyntheticSource(Seed, count, 32);

    /// <summary>Goes on until a number of steps of a run that is to have <paramref name="planned"/>.</summary>
    public static void StepUntil(TrainingRun run, long step, long planned)
    {
        using var source = Faces();
        using var loader = new BatchLoader(source, new BatchLoaderOptions { BatchSize = run.Preset.Training.Batch, Seed = Seed, Start = run.State.Next });
        while (run.State.Step < step)
        {
            using var batch = loader.Next(CancellationToken.None)!;
            run.Step(batch.Pixels, batch.Count, batch.NextPosition, run.State.Step / (double)planned);
        }
    }
}

/// <summary>Counts what a loop says.</summary>
internal sealed class CountingObserver : ITrainingObserver
{
    public int Steps { get; private set; }

    public int Saves { get; private set; }

    public Action<RunState>? OnStep { get; init; }

    public void Stepped(RunState state, StepReport report, double progress)
    {
        Steps++;
        OnStep?.Invoke(state);
    }

    public void Saved(RunState state) => Saves++;
}
