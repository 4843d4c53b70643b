using FaceMix.ModelStore;

namespace FaceMix.Tests.Decoder;

/// <summary>
/// The version that <c>Fixtures/make_tiny_model.py</c> made: 4 latent numbers, pictures of 8 × 8 whose row y is
/// red 128 + 20 z[y mod 4], green 255 − red, blue 10 times the column.
/// </summary>
internal static class TinyModel
{
    public const int LatentSize = 4;
    public const int ImageSize = 8;
    public const int PictureBytes = ImageSize * ImageSize * 3;
    public const string FirstRelease = "tiny@20260101-000000";

    private static string Folder { get; } = Repository.PathOf("tests", "Decoder.Tests", "Fixtures", "tiny", "20260101-000000");

    /// <summary>Publishes the fixture as it is.</summary>
    public static void PublishFirstRelease(string models) => new ModelPublisher(models).PublishCopy(Folder);

    /// <summary>Publishes the same network as another version.</summary>
    public static ModelVersionId Publish(string models, string version, string name = "tiny", bool density = true)
    {
        using var publication = new ModelPublisher(models).Begin(name, version);
        foreach (var file in Directory.EnumerateFiles(Folder).Where(file => !file.EndsWith("manifest.json", StringComparison.Ordinal)))
        {
            if (density || !file.EndsWith("density.safetensors", StringComparison.Ordinal))
                File.Copy(file, Path.Combine(publication.Folder, Path.GetFileName(file)));
        }
        publication.Publish(ModelManifest.Read(Path.Combine(Folder, "manifest.json")) with { Parent = null });
        return publication.Version;
    }

    /// <summary>What the network answers for a latent, [8, 8, 3].</summary>
    public static byte[] PictureOf(IReadOnlyList<float> z)
    {
        var pixels = new byte[PictureBytes];
        for (var y = 0; y < ImageSize; y++)
        {
            for (var x = 0; x < ImageSize; x++)
            {
                var red = 128 + (20 * z[y % LatentSize]);
                var at = ((y * ImageSize) + x) * 3;
                pixels[at] = Level(red);
                pixels[at + 1] = Level(255 - red);
                pixels[at + 2] = (byte)(10 * x);
            }
        }
        return pixels;

        static byte Level(float value) => (byte)Math.Clamp(MathF.Round(value, MidpointRounding.ToEven), 0, 255);
    }
}
