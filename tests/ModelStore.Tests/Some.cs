using FaceMix.ModelStore;

namespace FaceMix.Tests.ModelStore;

/// <summary>Small whole things to start a test from.</summary>
internal static class Some
{
    public static ModelDescription Description { get; } = new()
    {
        Architecture = "residual-vae",
        ImageSize = 64,
        Channels = 3,
        LatentSize = 8,
        Preset = "facemix-64",
        Dataset = new ModelDataset("drawn", new string('0', 64)),
        Attributes = ["Eyeglasses", "Smiling"],
        Metrics = new Dictionary<string, double> { ["psnr_db"] = 23.5 },
        CodeRevision = "abcdef0",
    };

    public static ModelVersionId Publish(string models, string name = "faces", string? version = null, byte content = 1)
    {
        using var publication = new ModelPublisher(models).Begin(name, version);
        File.WriteAllBytes(Path.Combine(publication.Folder, "decoder.onnx"), [content, 2, 3]);
        File.WriteAllText(Path.Combine(publication.Folder, "card.md"), "# A model");
        publication.Publish(Description);
        return publication.Version;
    }
}
