namespace FaceMix.Trainer.Training;

/// <summary>What ends a run: time, a number of steps, or whichever comes first.</summary>
/// <param name="MaxTime">Training time in all; null: no limit.</param>
/// <param name="MaxSteps">Steps in all; 0: no limit.</param>
public readonly record struct RunLimits(TimeSpan? MaxTime, long MaxSteps)
{
    /// <summary>Those of a preset: its epochs are counted in steps of this many faces.</summary>
    public static RunLimits Of(TimeSpan? maxTime, TrainingOptions training, int faces)
    {
        // An epoch's last batch is left out when it is not full, but an epoch is never empty.
        var steps = (long)training.Epochs * Math.Max(1, faces / training.Batch);
        return new(maxTime, steps == 0 ? training.MaxSteps : training.MaxSteps == 0 ? steps : Math.Min(steps, training.MaxSteps));
    }

    /// <summary>Part of the run that is over, 0 to 1; schedules follow it.</summary>
    public double Progress(RunState state)
    {
        var byTime = MaxTime is { } time ? (time > TimeSpan.Zero ? state.Elapsed / time : 1) : 0;
        var bySteps = MaxSteps > 0 ? (double)state.Step / MaxSteps : 0;
        return Math.Clamp(Math.Max(byTime, bySteps), 0, 1);
    }
}
