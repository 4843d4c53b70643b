namespace FaceMix.Networks.Layers;

/// <summary>The type that a network's products are computed in; its arrays are float32 in any case.</summary>
public enum Precision
{
    Float32,

    /// <summary>Products, and the maps between them, in bfloat16; norms compute in float32, losses and the optimizer are float32.</summary>
    Bf16,
}

public static class Precisions
{
    /// <summary>As presets write it.</summary>
    public static string NameOf(Precision precision) => precision == Precision.Bf16 ? "bf16" : "float32";
}
