using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FaceMix.ModelStore;
using Xunit;

namespace FaceMix.Tests.ModelStore;

public sealed class ModelManifestTests : IDisposable
{
    private readonly TemporaryFolder _models = new();
    private readonly ModelCatalog _catalog;
    private readonly ModelVersionId _id;

    public ModelManifestTests()
    {
        _id = Some.Publish(_models.Path);
        _catalog = new ModelCatalog(_models.Path);
    }

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Its_names_are_snake_case_and_begin_with_the_schema()
    {
        var json = JsonNode.Parse(File.ReadAllText(_catalog.FileOf(_id, "manifest.json")))!.AsObject();

        Assert.Equal(
            ["schema", "name", "version", "created", "architecture", "image_size", "channels", "latent_size", "preset", "dataset", "attributes", "metrics", "parent", "code_revision", "latent_space", "files"],
            json.Select(field => field.Key));
    }

    [Theory]
    [InlineData("schema", "3", "schema is 3, but this version of FaceMix reads only 1 to 2")]
    [InlineData("schema", "0", "schema is 0")]
    [InlineData("schema", "null", "schema is null")]
    [InlineData("schema", "\"1\"", "schema is \"1\"")]
    [InlineData("schema", null, "schema is missing")]
    [InlineData("latent_size", null, "latent_size")]
    [InlineData("latent_size", "0", "latent_size: 0 is not within 1 and 4096")]
    [InlineData("latent_size", "\"8\"", "latent_size")]
    [InlineData("latent_size", "8.5", "latent_size")]
    [InlineData("channels", "2", "channels: 2 is neither 1 nor 3")]
    [InlineData("channels", null, "channels")]
    [InlineData("image_channels", "3", "image_channels")]
    [InlineData("image_size", "100000", "image_size")]
    [InlineData("attributes", "[\"Smiling\",\"Smiling\"]", "attributes: a name appears twice")]
    [InlineData("attributes", "[null]", "attributes[0]")]
    [InlineData("attributes", "null", "attributes")]
    [InlineData("dataset", "{\"name\":\"drawn\"}", "digest")]
    [InlineData("metrics", "{\"psnr_db\":\"high\"}", "metrics.psnr_db")]
    [InlineData("parent", "\"somewhere\"", "parent: \"somewhere\" is not NAME@VERSION")]
    [InlineData("created", "\"2026-11-20T21:30:00+02:00\"", "created: the time is not UTC")]
    [InlineData("files", "{}", "files")]
    [InlineData("files", "{\"../x\":{\"sha256\":\"00\",\"size\":1}}", "\"../x\" cannot be a file")]
    [InlineData("files", "{\"x\":{\"sha256\":\"00\",\"size\":1}}", "files.x.sha256")]
    [InlineData("files", "{\"x\":null}", "files.x")]
    [InlineData("name", "\"other\"", "but the folder is that of")]
    [InlineData("version", "\"../1\"", "version: \"../1\" is no model version")]
    [InlineData("latent_space", "\"00\"", "latent_space: \"00\" is not the digest of encoder and decoder")]
    [InlineData("surprise", "1", "surprise")]
    public void A_field_that_is_wrong_is_named(string field, string? value, string why)
    {
        var path = _catalog.FileOf(_id, "manifest.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json.Remove(field);
        if (value is not null)
            json[field] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());

        var error = Assert.Throws<ModelStoreException>(() => _catalog.ReadManifest(_id));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_latent_space_is_that_of_encoder_and_decoder_and_of_nothing_else()
    {
        var digest = new ModelFile(new string('a', 64), 1);
        var other = new ModelFile(new string('b', 64), 1);
        Dictionary<string, ModelFile> files = new() { [ModelFiles.Encoder] = digest, [ModelFiles.Decoder] = other };

        var space = ModelManifest.LatentSpaceOf(files);

        // printf '%s\n' aaa… bbb… | sha256sum
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{digest.Sha256}\n{other.Sha256}\n"))), space);
        files.Add(ModelFiles.Density, other);
        Assert.Equal(space, ModelManifest.LatentSpaceOf(files));
        files[ModelFiles.Decoder] = digest;
        Assert.NotEqual(space, ModelManifest.LatentSpaceOf(files));
    }

    [Fact]
    public void A_manifest_from_before_there_were_latent_spaces_has_the_same_one()
    {
        var path = _catalog.FileOf(_id, "manifest.json");
        var before = _catalog.ReadManifest(_id).LatentSpace;
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json.Remove("latent_space");
        File.WriteAllText(path, json.ToJsonString());

        Assert.Equal(before, _catalog.ReadManifest(_id).LatentSpace);
        Assert.Equal(64, before.Length);
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData("3", 3)]
    [InlineData("1", 1)]
    public void The_first_schema_says_grey_by_a_metric(string? metric, int channels)
    {
        Rewrite(FirstSchema(metric));

        var manifest = _catalog.ReadManifest(_id);

        Assert.Equal(channels, manifest.Channels);
        Assert.Equal(channels == 1, manifest.IsGrey);
        Assert.Equal(["psnr_db"], manifest.Metrics.Keys);
        Assert.Equal(ModelManifest.CurrentSchema, manifest.Schema);
    }

    [Theory]
    [InlineData("image_channels", "1", "image_channels: 1 is not 3")]
    [InlineData("image_channels", null, "image_channels is missing")]
    [InlineData("metrics", "{\"network_channels\":2}", "channels: 2 is neither 1 nor 3")]
    [InlineData("metrics", "{\"network_channels\":\"grey\"}", "channels")]
    [InlineData("metrics", "[]", "metrics")]
    public void A_wrong_field_of_the_first_schema_is_named(string field, string? value, string why)
    {
        var json = FirstSchema("1");
        json.Remove(field);
        if (value is not null)
            json[field] = JsonNode.Parse(value);
        Rewrite(json);

        Assert.Contains(why, Assert.Throws<ModelStoreException>(() => _catalog.ReadManifest(_id)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"schema\":1,\"schema\":1}")]
    public void A_manifest_that_is_no_manifest_is_refused(string text)
    {
        File.WriteAllText(_catalog.FileOf(_id, "manifest.json"), text);

        Assert.Contains("manifest.json", Assert.Throws<ModelStoreException>(() => _catalog.ReadManifest(_id)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing", "decoder.onnx: the manifest lists this file, but it is missing")]
    [InlineData("shorter", "decoder.onnx: 1 bytes, but the manifest says 3")]
    [InlineData("changed", "decoder.onnx: its SHA-256 is")]
    public void A_damaged_file_is_named(string damage, string why)
    {
        var path = _catalog.FileOf(_id, "decoder.onnx");
        if (damage == "missing")
            File.Delete(path);
        else
            File.WriteAllBytes(path, damage == "shorter" ? [1] : [1, 2, 4]);

        Assert.Contains(why, Assert.Throws<ModelStoreException>(() => _catalog.Verify(_id)).Message, StringComparison.Ordinal);
    }

    private JsonObject FirstSchema(string? networkChannels)
    {
        var json = JsonNode.Parse(File.ReadAllText(_catalog.FileOf(_id, "manifest.json")))!.AsObject();
        json["schema"] = 1;
        json.Remove("channels");
        json["image_channels"] = 3;
        if (networkChannels is not null)
            json["metrics"]!["network_channels"] = JsonNode.Parse(networkChannels);
        return json;
    }

    private void Rewrite(JsonObject json) => File.WriteAllText(_catalog.FileOf(_id, "manifest.json"), json.ToJsonString());
}
