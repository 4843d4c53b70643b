namespace FaceMix.ModelStore;

/// <summary>Names of a model version's files.</summary>
public static class ModelFiles
{
    public const string Manifest = "manifest.json";

    /// <summary>z float32 [N, latent] → image uint8 [N, H, W, 3].</summary>
    public const string Decoder = "decoder.onnx";

    /// <summary>image uint8 [N, H, W, 3] → mean and logvar float32 [N, latent].</summary>
    public const string Encoder = "encoder.onnx";

    public const string Weights = "weights.safetensors";
    public const string Density = "density.safetensors";
    public const string Samples = "samples.png";
    public const string Card = "card.md";
    public const string Report = "report.html";
}
