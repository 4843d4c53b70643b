using FaceMix.Datasets;
using FaceMix.Networks;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>Called on what happens in a run: each step, each save, each measurement.</summary>
public interface ITrainingObserver
{
    void Stepped(RunState state, StepReport report, double progress);

    void Saved(RunState state);

    /// <summary>Hears what was measured on held-out faces.</summary>
    /// <param name="state">When.</param>
    /// <param name="moment">Metric, value and step.</param>
    /// <param name="best">Whether nothing before was better.</param>
    void Measured(RunState state, BestMoment moment, bool best)
    {
    }
}

/// <summary>Steps until a limit or a cancellation; saves by time, and always at the end.</summary>
/// <param name="run">Model and state.</param>
/// <param name="folder">Where to save; null saves nothing.</param>
/// <param name="history">Takes a row for every few steps.</param>
/// <param name="time">The clock.</param>
public sealed class TrainingLoop(TrainingRun run, RunFolder? folder, History history, TimeProvider time)
{
    /// <summary>A run whose steps are all skipped would go on for ever without learning.</summary>
    public const int MaxSkippedInARow = 100;

    private long _measured = -1;

    /// <summary>Jitters colours and crops as the preset says; drawn faces vary by themselves.</summary>
    public bool Jitters { get; init; }

    /// <summary>Measures the averaged weights where the preset has a metric to go by; null: nothing is measured.</summary>
    public HeldOutScore? Score { get; init; }

    /// <summary>Part of the last run's time in which the step waited for its batch, 0 to 1.</summary>
    public double WaitingShare { get; private set; }

    /// <summary>Runs; a cancellation ends it after the step at hand, with everything saved.</summary>
    /// <param name="source">The faces to learn from.</param>
    /// <param name="flip">Mirrors every second face.</param>
    /// <param name="dataSeed">Decides the order.</param>
    /// <param name="limits">What ends the run.</param>
    /// <param name="observer">Hears of every step.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>True when a limit was reached, false when it was asked to stop.</returns>
    /// <exception cref="InvalidDataException">The loss was not finite for <see cref="MaxSkippedInARow"/> steps in a row.</exception>
    public bool Run(IFaceSource source, bool flip, ulong dataSeed, RunLimits limits, ITrainingObserver observer, CancellationToken cancellation)
    {
        using var loader = new BatchLoader(source, new BatchLoaderOptions
        {
            BatchSize = run.Preset.Training.Batch,
            Rank = run.Parallel?.Group.Rank ?? 0,
            WorldSize = run.Parallel?.Group.Size ?? 1,
            Seed = dataSeed,
            Flip = flip,
            ColourJitter = Jitters ? (float)run.Preset.Training.ColourJitter : 0,
            CropJitter = Jitters ? (float)run.Preset.Training.CropJitter : 0,
            Ahead = 2,
            Start = run.State.Next,
            Stage = Devices.IsGpu(run.Device) ? Pixels.Pin : null,
        });
        var before = run.State.Elapsed;
        var started = time.GetTimestamp();
        var saved = started;
        var skipped = 0;
        bool stop;
        double progress;
        var exhausted = IsExhausted();
        while (true)
        {
            (progress, stop) = (exhausted ? 1 : limits.Progress(run.State), cancellation.IsCancellationRequested);
            if (run.Parallel is not null)
                (progress, stop) = run.Parallel.Agree(progress, stop);
            if (progress >= 1 || stop)
                break;
            // Processes that train together stop together, between two steps.
            using var batch = NextOrNull(loader, run.Parallel is null ? cancellation : CancellationToken.None);
            if (batch is null)
                break;
            var epoch = run.State.Next.Epoch;
            var report = run.Step(batch.Pixels, batch.Count, batch.NextPosition, progress, batch.WholeCount, batch.Staged as Tensor);
            run.State = run.State with { Elapsed = before + time.GetElapsedTime(started) };
            history.Add(run.State, report);
            observer.Stepped(run.State, report, limits.Progress(run.State));
            skipped = report.Skipped ? skipped + 1 : 0;
            if (skipped >= MaxSkippedInARow)
                throw new InvalidDataException($"The loss was not finite for {skipped} steps in a row; a lower training.learning_rate may help.");
            if (time.GetElapsedTime(saved).TotalSeconds >= run.Preset.Training.CheckpointSeconds || IsDueAfter(epoch))
            {
                Measure(observer);
                exhausted = IsExhausted();
                Save(observer);
                saved = time.GetTimestamp();
            }
        }
        WaitingShare = loader.WaitingShare;
        if (progress >= 1)
            Measure(observer);
        Save(observer);
        return progress >= 1;
    }

    private bool IsExhausted() =>
        run.Preset.Training.EarlyStopping is > 0 and var patience && run.State.WithoutGain >= patience;

    private bool IsDueAfter(int epoch) =>
        run.Preset.Training.CheckpointEpochs is > 0 and var every && run.State.Next.Epoch > epoch && run.State.Next.Epoch % every == 0;

    private void Measure(ITrainingObserver observer)
    {
        var metric = run.Preset.Training.BestMetric;
        if (folder is null || Score is null || metric == BestMetric.None || run.State.Step == _measured)
            return;
        _measured = run.State.Step;
        var now = new BestMoment(metric, Score.Of(metric), run.State.Step);
        var before = BestWeights.Read(folder.FullPath, metric);
        var best = double.IsFinite(now.Value) && (before is null || metric.Beats(now.Value, before.Value, 0));
        var gained = before is null || metric.Beats(now.Value, before.Value, run.Preset.Training.EarlyStoppingGain);
        if (best)
            BestWeights.Write(folder.FullPath, run.Average, now);
        run.State = run.State with { WithoutGain = gained ? 0 : run.State.WithoutGain + 1 };
        history.Note($"held_out_{BestMetrics.NameOf(metric)}", now.Value);
        observer.Measured(run.State, now, best);
    }

    private void Save(ITrainingObserver observer)
    {
        if (folder is null)
            return;
        folder.Checkpoints.Save(run, run.Preset.Training.KeepCheckpoints);
        history.Save(folder.HistoryPath);
        observer.Saved(run.State);
    }

    private static FaceBatch? NextOrNull(BatchLoader loader, CancellationToken cancellation)
    {
        try
        {
            return loader.Next(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
