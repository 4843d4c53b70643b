namespace FaceMix.Trainer.Training;

/// <summary>Several observers as one.</summary>
/// <param name="all">Each hears everything, in this order.</param>
public sealed class Observers(params IReadOnlyList<ITrainingObserver> all) : ITrainingObserver
{
    public void Stepped(RunState state, StepReport report, double progress)
    {
        foreach (var observer in all)
            observer.Stepped(state, report, progress);
    }

    public void Saved(RunState state)
    {
        foreach (var observer in all)
            observer.Saved(state);
    }

    public void Measured(RunState state, BestMoment moment, bool best)
    {
        foreach (var observer in all)
            observer.Measured(state, moment, best);
    }
}
