using System.Security.Cryptography;
using FaceMix.ModelStore;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FaceMix.Tests.ModelStore;

public sealed class ModelPublisherTests : IDisposable
{
    private readonly TemporaryFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void A_published_version_is_listed_and_verifies()
    {
        var id = Some.Publish(_models.Path);

        var catalog = new ModelCatalog(_models.Path);
        Assert.Equal([id], catalog.List());
        var manifest = catalog.Verify(id);
        Assert.Equal(id, manifest.Id);
        Assert.Equal(["card.md", "decoder.onnx"], manifest.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(3, manifest.Files["decoder.onnx"].Size);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([1, 2, 3])), manifest.Files["decoder.onnx"].Sha256);
        Assert.Equal(Some.Description.Attributes, manifest.Attributes);
    }

    [Fact]
    public void Versions_are_named_by_the_clock_and_a_taken_second_gets_a_suffix()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 20, 21, 30, 0, TimeSpan.Zero));
        var publisher = new ModelPublisher(_models.Path, clock);
        var open = Enumerable.Range(0, 10).Select(_ => publisher.Begin("faces")).ToList();
        try
        {
            var versions = open.Select(publication => publication.Version).ToList();
            Assert.Equal("20261120-213000", versions[0].Version);
            Assert.Equal("20261120-213000-2", versions[1].Version);
            Assert.Equal("20261120-213001", versions[9].Version);
            Assert.Equal(versions.Order(), versions);
        }
        finally
        {
            open.ForEach(publication => publication.Dispose());
        }
    }

    [Fact]
    public void A_published_version_is_never_overwritten()
    {
        Some.Publish(_models.Path, "faces", "1");

        var error = Assert.Throws<ModelStoreException>(() => Some.Publish(_models.Path, "faces", "1", content: 9));

        Assert.Contains("faces@1 is published already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_seen_and_nothing_is_left_when_a_publication_is_given_up()
    {
        using (var publication = new ModelPublisher(_models.Path).Begin("faces"))
            File.WriteAllBytes(Path.Combine(publication.Folder, "decoder.onnx"), [1]);

        Assert.Empty(new ModelCatalog(_models.Path).List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_models.File("faces"), ".tmp-*"));
    }

    [Fact]
    public void A_living_publisher_is_not_swept_and_its_version_is_reserved()
    {
        var publisher = new ModelPublisher(_models.Path);
        using var publication = publisher.Begin("faces", "1");

        Assert.Equal(0, publisher.Sweep());
        Assert.True(Directory.Exists(publication.Folder));
        Assert.Throws<ModelStoreException>(() => publisher.Begin("faces", "1"));
    }

    [Fact]
    public void What_a_dead_publisher_left_is_swept_by_the_next()
    {
        // As the kernel leaves it after a kill: the files are there, the lock is not held.
        Directory.CreateDirectory(_models.File("faces", ".tmp-1"));
        File.WriteAllBytes(_models.File("faces", ".tmp-1", "decoder.onnx"), [1]);
        File.WriteAllBytes(_models.File("faces", ".tmp-1.lock"), []);

        Assert.Equal("1", Some.Publish(_models.Path, "faces", "1").Version);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_models.File("faces"), ".tmp-*"));
    }

    [Theory]
    [InlineData("link")]
    [InlineData("folder")]
    [InlineData("manifest.json")]
    public void Only_plain_files_are_published(string kind)
    {
        using var publication = new ModelPublisher(_models.Path).Begin("faces");
        var path = Path.Combine(publication.Folder, kind);
        if (kind == "link")
            File.CreateSymbolicLink(path, "/etc/hostname");
        else if (kind == "folder")
            Directory.CreateDirectory(path);
        else
            File.WriteAllText(path, "{}");

        Assert.Contains(path, Assert.Throws<ModelStoreException>(() => publication.Publish(Some.Description)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_metric_that_is_not_a_number_is_refused()
    {
        using var publication = new ModelPublisher(_models.Path).Begin("faces");
        File.WriteAllBytes(Path.Combine(publication.Folder, "decoder.onnx"), [1]);
        var description = Some.Description with { Metrics = new Dictionary<string, double> { ["loss"] = double.NaN } };

        var error = Assert.Throws<ModelStoreException>(() => publication.Publish(description));

        Assert.Contains("metrics.loss", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_version_is_copied_once_and_then_left_alone()
    {
        using var kept = new TemporaryFolder();
        var id = Some.Publish(kept.Path);
        var source = new ModelCatalog(kept.Path).FolderOf(id);
        var publisher = new ModelPublisher(_models.Path);

        Assert.Equal((id, true), publisher.PublishCopy(source));
        Assert.Equal((id, false), publisher.PublishCopy(source));
        Assert.Equal(id, new ModelCatalog(_models.Path).Verify(id).Id);
    }

    [Fact]
    public void A_copy_never_takes_the_place_of_another_version_of_that_name()
    {
        using var kept = new TemporaryFolder();
        var id = Some.Publish(kept.Path, "faces", "1", content: 7);
        Some.Publish(_models.Path, "faces", "1", content: 8);

        var error = Assert.Throws<ModelStoreException>(() => new ModelPublisher(_models.Path).PublishCopy(new ModelCatalog(kept.Path).FolderOf(id)));

        Assert.Contains("with other files", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_version_is_not_copied()
    {
        using var kept = new TemporaryFolder();
        var id = Some.Publish(kept.Path);
        var folder = new ModelCatalog(kept.Path).FolderOf(id);
        File.WriteAllBytes(Path.Combine(folder, "decoder.onnx"), [9, 9, 9]);

        var error = Assert.Throws<ModelStoreException>(() => new ModelPublisher(_models.Path).PublishCopy(folder));

        Assert.Contains("decoder.onnx", error.Message, StringComparison.Ordinal);
        Assert.Empty(new ModelCatalog(_models.Path).List());
    }
}
