namespace FaceMix.Trainer.Training;

public static class LearningRate
{
    /// <summary>Rises linearly over the first steps, then falls along a half cosine.</summary>
    /// <param name="options">Height, end and warm-up.</param>
    /// <param name="step">Steps done, from 0.</param>
    /// <param name="progress">Part of the run that is over, 0 to 1.</param>
    public static double At(TrainingOptions options, long step, double progress)
    {
        var warm = options.WarmupSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / options.WarmupSteps);
        var cosine = 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1)));
        return options.LearningRate * warm * (options.FinalRate + ((1 - options.FinalRate) * cosine));
    }
}
