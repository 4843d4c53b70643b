using System.Text.Json.Nodes;
using FaceMix.ModelStore;
using Xunit;

namespace FaceMix.Tests.ModelStore;

public sealed class Manifests : IDisposable
{
    private readonly TemporaryFolder _models = new();
    private readonly ModelCatalog _catalog;
    private readonly ModelVersionId _id;

    public Manifests()
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
            ["schema", "name", "version", "created", "architecture", "image_size", "image_channels", "latent_size", "preset", "dataset", "attributes", "metrics", "parent", "code_revision", "files"],
            json.Select(field => field.Key));
    }

    [Theory]
    [InlineData("schema", "2", "schema is 2, but this version of FaceMix reads only 1")]
    [InlineData("schema", "\"1\"", "schema is \"1\"")]
    [InlineData("schema", null, "schema is missing")]
    [InlineData("latent_size", null, "latent_size")]
    [InlineData("latent_size", "0", "latent_size: 0 is not within 1 and 4096")]
    [InlineData("latent_size", "\"8\"", "latent_size")]
    [InlineData("latent_size", "8.5", "latent_size")]
    [InlineData("image_channels", "1", "image_channels: 1 is not 3")]
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
}
