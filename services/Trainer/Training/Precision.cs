namespace FaceMix.Trainer.Training;

/// <summary>The type that a step's products are computed in; the weights are float32 in any case.</summary>
public enum Precision
{
    Float32,

    /// <summary>Not in this build; see <see cref="TrainingOptions.Check"/>.</summary>
    Bf16,
}

public static class Precisions
{
    /// <summary>As presets write it.</summary>
    public static string NameOf(Precision precision) => precision == Precision.Bf16 ? "bf16" : "float32";
}
