namespace FaceMix.Trainer.Training;

/// <param name="Name">Such as <c>kl</c>.</param>
/// <param name="Weight">What it was multiplied by.</param>
/// <param name="Value">Before its weight.</param>
public readonly record struct TermValue(string Name, double Weight, double Value);

/// <summary>What one step did.</summary>
/// <param name="Total">The weighted sum.</param>
/// <param name="Terms">Its pieces.</param>
/// <param name="LearningRate">Of this step.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="Skipped">True: loss or gradients were not finite and the weights stayed as they were.</param>
public sealed record StepReport(double Total, IReadOnlyList<TermValue> Terms, double LearningRate, double GradientNorm, bool Skipped);
