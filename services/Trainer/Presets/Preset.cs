using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Presets;

/// <summary>A run as data: what is trained, against which loss, and how.</summary>
public sealed record Preset
{
    /// <summary>Also the published model's name.</summary>
    public string Name { get; init; } = "unnamed";

    public string Description { get; init; } = string.Empty;

    public ModelOptions Model { get; init; } = new();

    public LossOptions Loss { get; init; } = new();

    public TrainingOptions Training { get; init; } = new();

    /// <exception cref="UsageException">A value is out of its range.</exception>
    public void Check()
    {
        Model.Check();
        Loss.Check();
        Training.Check();
    }
}
