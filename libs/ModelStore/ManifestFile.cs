using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FaceMix.ModelStore;

/// <summary>Writes manifests of the present schema, reads those of every schema so far.</summary>
internal static class ManifestFile
{
    private const int MaxBytes = 1 << 20;

    /// <exception cref="ModelStoreException">See <see cref="ModelManifest.Read"/>.</exception>
    public static ModelManifest Read(string path)
    {
        var bytes = ReadLimited(path);
        try
        {
            var json = JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false }) as JsonObject
                ?? throw new ModelStoreException($"{path}: the manifest is no JSON object.");
            // Before the fields, so that a manifest of a later schema is called that and not "unknown field".
            if (SchemaOf(path, json) == 1)
                UpgradeFromFirst(path, json);
            var manifest = json.Deserialize(ManifestJson.Default.ModelManifest)!;
            // Manifests that were written before there were latent spaces.
            if (!json.ContainsKey("latent_space") && manifest.Files.Values.All(file => file is not null))
                manifest = manifest with { LatentSpace = ModelManifest.LatentSpaceOf(manifest.Files) };
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
    public static byte[] Write(string path, ModelManifest manifest)
    {
        ManifestRules.Check(path, manifest);
        return [.. JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest), (byte)'\n'];
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

    private static int SchemaOf(string path, JsonObject json)
    {
        if (!json.TryGetPropertyValue("schema", out var schema))
            throw new ModelStoreException($"{path}: schema is missing.");
        return schema is JsonValue value && value.TryGetValue(out int number) && number is >= 1 and <= ModelManifest.CurrentSchema
            ? number
            : throw new ModelStoreException($"{path}: schema is {schema?.ToJsonString() ?? "null"}, but this version of FaceMix reads only 1 to {ModelManifest.CurrentSchema}; update it.");
    }

    // The first schema had image_channels, always 3, and said "grey" by a metric.
    private static void UpgradeFromFirst(string path, JsonObject json)
    {
        if (!json.Remove("image_channels", out var channels))
            throw new ModelStoreException($"{path}: image_channels is missing.");
        if (channels is not JsonValue picture || !picture.TryGetValue(out int count) || count != 3)
            throw new ModelStoreException($"{path}: image_channels: {channels?.ToJsonString() ?? "null"} is not 3.");
        JsonNode? network = null;
        (json["metrics"] as JsonObject)?.Remove("network_channels", out network);
        json["channels"] = network ?? 3;
        json["schema"] = ModelManifest.CurrentSchema;
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
