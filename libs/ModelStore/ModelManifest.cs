using System.Text.Json;
using System.Text.Json.Serialization;

namespace FaceMix.ModelStore;

/// <summary>What the trainer knows about a model version; the publisher adds the rest.</summary>
public record ModelDescription
{
    /// <summary>The network's family, such as <c>residual-vae</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Width and height of a picture in pixels, 8 to 1024.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Always 3 (red, green, blue) as yet.</summary>
    public required int ImageChannels { get; init; }

    /// <summary>Length of a latent, 1 to 4096.</summary>
    public required int LatentSize { get; init; }

    /// <summary>Name of the preset it was trained with.</summary>
    public required string Preset { get; init; }

    /// <summary>The dataset it learnt.</summary>
    public required ModelDataset Dataset { get; init; }

    /// <summary>The dataset's attribute names in its own order, at most 64; their place is the bit in a mask.</summary>
    public required IReadOnlyList<string> Attributes { get; init; }

    /// <summary>Finite numbers by name: <c>psnr_db</c>, <c>step</c>, …</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>NAME@VERSION of the version this one was trained on from; null for a fresh start.</summary>
    public string? Parent { get; init; }

    /// <summary>Revision of the code that trained it.</summary>
    public required string CodeRevision { get; init; }
}

/// <param name="Name">Such as <c>drawn</c>.</param>
/// <param name="Digest">Lower-case hexadecimal SHA-256 of what identifies the data: a list of files, or a generator's parameters.</param>
public sealed record ModelDataset(string Name, string Digest);

/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
/// <param name="Size">In bytes.</param>
public sealed record ModelFile(string Sha256, long Size);

/// <summary>The content of <c>manifest.json</c>: all that a reader must know of a model version, and the digest of each of its files.</summary>
public sealed record ModelManifest : ModelDescription
{
    /// <summary>The schema that this code writes and the only one it reads.</summary>
    public const int CurrentSchema = 1;

    public const string FileName = "manifest.json";

    /// <summary>Largest manifest that is read, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    [JsonPropertyOrder(-4)]
    public required int Schema { get; init; }

    [JsonPropertyOrder(-3)]
    public required string Name { get; init; }

    [JsonPropertyOrder(-2)]
    public required string Version { get; init; }

    /// <summary>When it was published, UTC.</summary>
    [JsonPropertyOrder(-1)]
    public required DateTimeOffset Created { get; init; }

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
            ImageChannels = description.ImageChannels,
            LatentSize = description.LatentSize,
            Preset = description.Preset,
            Dataset = description.Dataset,
            Attributes = description.Attributes,
            Metrics = description.Metrics,
            Parent = description.Parent,
            CodeRevision = description.CodeRevision,
            Files = files,
        };

    /// <summary>Reads and checks a manifest; its files are not looked at (see <see cref="ModelCatalog.Verify(ModelVersionId, CancellationToken)"/>).</summary>
    /// <exception cref="ModelStoreException">The file is missing, too large, not JSON, of another schema, or a field is missing, unknown or contradictory.</exception>
    public static ModelManifest Read(string path)
    {
        var bytes = ReadLimited(path);
        try
        {
            CheckSchema(path, bytes);
            var manifest = JsonSerializer.Deserialize(bytes, ManifestJson.Default.ModelManifest)
                ?? throw new ModelStoreException($"{path}: the manifest is null.");
            ManifestRules.Check(path, manifest);
            return manifest;
        }
        catch (JsonException e)
        {
            var where = string.IsNullOrEmpty(e.Path) || e.Path == "$" ? string.Empty : $" at {e.Path.Replace("$.", string.Empty, StringComparison.Ordinal)}";
            throw new ModelStoreException($"{path}: the manifest cannot be read{where}: {e.Message}", e);
        }
    }

    /// <summary>UTF-8 JSON, indented, ending in a line feed.</summary>
    /// <exception cref="ModelStoreException">A field is not what a reader would accept.</exception>
    internal byte[] ToJson(string path)
    {
        ManifestRules.Check(path, this);
        return [.. JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.ModelManifest), (byte)'\n'];
    }

    private static byte[] ReadLimited(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
                throw new ModelStoreException($"{path}: {stream.Length} bytes are more than a manifest may have ({MaxBytes}).");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelStoreException($"{path}: the manifest cannot be opened: {e.Message}", e);
        }
    }

    // Before the fields, so that a manifest of a later schema is called that and not "unknown field".
    private static void CheckSchema(string path, byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new ModelStoreException($"{path}: the manifest is no JSON object.");
        if (!document.RootElement.TryGetProperty("schema", out var schema))
            throw new ModelStoreException($"{path}: schema is missing.");
        if (schema.ValueKind != JsonValueKind.Number || !schema.TryGetInt32(out var number) || number != CurrentSchema)
            throw new ModelStoreException($"{path}: schema is {schema.GetRawText()}, but this version of FaceMix reads only {CurrentSchema}; update it.");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 8,
    WriteIndented = true)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
