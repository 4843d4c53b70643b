namespace FaceMix.ModelStore;

/// <summary>What a manifest's fields must be beyond their JSON types; the same for writing and reading.</summary>
internal static class ManifestRules
{
    private const int MaxAttributes = 64;
    private const int MaxFiles = 64;
    private const int MaxMetrics = 1024;
    private const int MaxText = 256;

    public static void Check(string path, ModelManifest manifest)
    {
        Require(manifest.Schema == ModelManifest.CurrentSchema, "schema", $"{manifest.Schema} is not {ModelManifest.CurrentSchema}");
        Require(ModelVersionId.IsPart(manifest.Name), "name", $"\"{manifest.Name}\" is no model name");
        Require(ModelVersionId.IsVersion(manifest.Version), "version", $"\"{manifest.Version}\" is no model version");
        Require(manifest.Created.Offset == TimeSpan.Zero, "created", "the time is not UTC");
        RequireText("architecture", manifest.Architecture);
        RequireText("preset", manifest.Preset);
        RequireText("dataset.name", manifest.Dataset.Name);
        RequireText("dataset.digest", manifest.Dataset.Digest);
        RequireText("code_revision", manifest.CodeRevision);
        Require(manifest.ImageSize is >= 8 and <= 1024, "image_size", $"{manifest.ImageSize} is not within 8 and 1024 pixels");
        Require(manifest.Channels is 1 or 3, "channels", $"{manifest.Channels} is neither 1 nor 3");
        Require(manifest.LatentSize is >= 1 and <= 4096, "latent_size", $"{manifest.LatentSize} is not within 1 and 4096");
        Require(manifest.Parent is null || ModelVersionId.TryParse(manifest.Parent, out _), "parent", $"\"{manifest.Parent}\" is not NAME@VERSION");
        Require(manifest.Parent != manifest.Id.ToString(), "parent", "a version is not its own parent");

        Require(manifest.Attributes.Count <= MaxAttributes, "attributes", $"{manifest.Attributes.Count} are more than {MaxAttributes}");
        for (var i = 0; i < manifest.Attributes.Count; i++)
            RequireText($"attributes[{i}]", manifest.Attributes[i]);
        Require(manifest.Attributes.Distinct(StringComparer.Ordinal).Count() == manifest.Attributes.Count, "attributes", "a name appears twice");

        Require(manifest.Metrics.Count <= MaxMetrics, "metrics", $"{manifest.Metrics.Count} are more than {MaxMetrics}");
        foreach (var (name, value) in manifest.Metrics)
            Require(double.IsFinite(value), $"metrics.{name}", $"{value} is not a finite number");

        Require(manifest.Files.Count is > 0 and <= MaxFiles, "files", $"{manifest.Files.Count} is not within 1 and {MaxFiles}");
        foreach (var (name, file) in manifest.Files)
        {
            Require(ModelVersionId.IsPart(name) && name != ModelFiles.Manifest, "files", $"\"{name}\" cannot be a file of a model version");
            Require(file is not null, $"files.{name}", "it is null");
            Require(file!.Sha256 is { Length: 64 } && !file.Sha256.AsSpan().ContainsAnyExcept("0123456789abcdef"), $"files.{name}.sha256", "it is not 64 lower-case hexadecimal digits");
            Require(file.Size >= 0, $"files.{name}.size", $"{file.Size} is negative");
        }
        Require(manifest.LatentSpace == ModelManifest.LatentSpaceOf(manifest.Files), "latent_space", $"\"{manifest.LatentSpace}\" is not the digest of encoder and decoder");

        void RequireText(string field, string? text) =>
            Require(text is { Length: > 0 and <= MaxText } && !text.Any(char.IsControl), field, $"it has not 1 to {MaxText} printable characters");

        void Require(bool holds, string field, string otherwise)
        {
            if (!holds)
                throw new ModelStoreException($"{path}: {field}: {otherwise}.");
        }
    }
}
