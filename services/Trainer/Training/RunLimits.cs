namespace FaceMix.Trainer.Training;

/// <summary>What ends a run: time, a number of steps, or whichever comes first.</summary>
/// <param name="MaxTime">Training time in all; null: no limit.</param>
/// <param name="MaxSteps">Steps in all; 0: no limit.</param>
public readonly record struct RunLimits(TimeSpan? MaxTime, long MaxSteps)
{
    /// <summary>Part of the run that is over, 0 to 1; schedules follow it.</summary>
    public double Progress(RunState state)
    {
        var byTime = MaxTime is { } time ? (time > TimeSpan.Zero ? state.Elapsed / time : 1) : 0;
        var bySteps = MaxSteps > 0 ? (double)state.Step / MaxSteps : 0;
        return Math.Clamp(Math.Max(byTime, bySteps), 0, 1);
    }
}
