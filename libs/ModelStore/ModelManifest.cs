using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace FaceMix.ModelStore;

/// <summary>The content of <c>manifest.json</c>: all that a reader must know of a model version, and the digest of each of its files.</summary>
public sealed record ModelManifest : ModelDescription
{
    /// <summary>The schema that this code writes; it reads this one and all before it.</summary>
    public const int CurrentSchema = 2;

    [JsonPropertyOrder(-4)]
    public required int Schema { get; init; }

    [JsonPropertyOrder(-3)]
    public required string Name { get; init; }

    [JsonPropertyOrder(-2)]
    public required string Version { get; init; }

    /// <summary>When it was published, UTC.</summary>
    [JsonPropertyOrder(-1)]
    public required DateTimeOffset Created { get; init; }

    /// <summary>
    /// Digest of encoder and decoder: latents are good for every version that has the same. A version with another sampler, density or
    /// card has the same one.
    /// </summary>
    [JsonPropertyOrder(1)]
    public string LatentSpace { get; init; } = string.Empty;

    /// <summary>Every file of the folder but the manifest itself, by name.</summary>
    [JsonPropertyOrder(1)]
    public required IReadOnlyDictionary<string, ModelFile> Files { get; init; }

    [JsonIgnore]
    public ModelVersionId Id => new(Name, Version);

    internal static ModelManifest Of(
        ModelDescription description, ModelVersionId id, DateTimeOffset created, IReadOnlyDictionary<string, ModelFile> files) => new()
        {
            Schema = CurrentSchema,
            Name = id.Name,
            Version = id.Version,
            Created = created.ToUniversalTime(),
            Architecture = description.Architecture,
            ImageSize = description.ImageSize,
            Channels = description.Channels,
            LatentSize = description.LatentSize,
            Preset = description.Preset,
            Dataset = description.Dataset,
            Attributes = description.Attributes,
            Metrics = description.Metrics,
            Parent = description.Parent,
            CodeRevision = description.CodeRevision,
            LatentSpace = LatentSpaceOf(files),
            Files = files,
        };

    /// <summary>SHA-256, in lower-case hexadecimal, of the digests of encoder and decoder, each as 64 hexadecimal digits and a line feed; one that a version lacks is left out.</summary>
    public static string LatentSpaceOf(IReadOnlyDictionary<string, ModelFile> files) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(
        new[] { ModelFiles.Encoder, ModelFiles.Decoder }.Where(files.ContainsKey).Select(name => files[name].Sha256 + '\n')))));

    /// <summary>Reads and checks a manifest; its files are not looked at (see <see cref="ModelCatalog.Verify(ModelVersionId, CancellationToken)"/>).</summary>
    /// <exception cref="ModelStoreException">The file is missing, too large, not JSON, of a later schema, or a field is missing, unknown or contradictory.</exception>
    public static ModelManifest Read(string path) => ManifestFile.Read(path);
}
