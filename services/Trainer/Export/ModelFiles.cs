namespace FaceMix.Trainer.Export;

/// <summary>Names of a model version's files.</summary>
public static class ModelFiles
{
    /// <summary>A metric: 3, or 1 for a network in grey.</summary>
    public const string NetworkChannels = "network_channels";

    public const string Decoder = "decoder.onnx";
    public const string Encoder = "encoder.onnx";
    public const string Weights = "weights.safetensors";
    public const string Density = "density.safetensors";
    public const string Samples = "samples.png";
    public const string Card = "card.md";
    public const string Report = "report.html";
}
