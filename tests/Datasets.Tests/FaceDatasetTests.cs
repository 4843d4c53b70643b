using System.Security.Cryptography;
using System.Text;
using FaceMix.Datasets;
using FaceMix.Imaging;
using Xunit;

namespace FaceMix.Tests.Datasets;

public sealed class FaceDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pictures_of_any_kind_and_shape_become_squares()
    {
        Put("a.png", 40, 30, 200);
        Put("deep/down/b.JPG", 30, 60, 90);
        Put("deep/c.jpeg", 33, 33, 40);
        File.WriteAllText(_folder.File("pictures", "notes.txt"), "not a picture");

        using var data = Open();

        var keys = Keys(data);
        Assert.Equal(["a.png", "deep/c.jpeg", "deep/down/b.JPG"], keys.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(keys["a.png"].Pixel, 199, 201);
        Assert.InRange(keys["deep/down/b.JPG"].Pixel, 85, 95);
        Assert.Empty(data.Skipped);
        Assert.False(data.IsSynthetic);
        Assert.Equal(32, data.Training.Size);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named_and_the_rest_go_on()
    {
        for (var i = 0; i < 6; i++)
            Put($"{i}.png", 32, 32, 100);
        File.WriteAllText(_folder.File("pictures", "page.jpg"), "<html>");
        File.WriteAllBytes(_folder.File("pictures", "cut.png"), File.ReadAllBytes(_folder.File("pictures", "1.png"))[..60]);

        using var data = Open();

        Assert.Equal(6, data.Training.Count + data.HeldOut.Count);
        Assert.Equal(["cut.png", "page.jpg"], data.Skipped.Select(file => file.Path));
        Assert.Contains("a text file", data.Skipped[1].Reason, StringComparison.Ordinal);
        Assert.Contains(data.Notes, note => note.StartsWith("2 files could not be read", StringComparison.Ordinal));
    }

    [Fact]
    public void The_second_run_decodes_nothing()
    {
        for (var i = 0; i < 5; i++)
            Put($"{i}.png", 32, 32, (byte)(40 * i));
        var heard = new List<(int, int)>();
        string digest;
        using (var first = Open(heard))
            digest = first.Training.Digest;
        Assert.Contains((5, 5), heard);

        heard.Clear();
        using (var second = Open(heard))
        {
            Assert.Empty(heard);
            Assert.Equal(digest, second.Training.Digest);
        }

        Put("2.png", 32, 32, 222);
        using var third = Open(heard);
        Assert.NotEmpty(heard);
        Assert.NotEqual(digest, third.Training.Digest);
        Assert.DoesNotContain(Directory.GetFiles(_folder.File("cache")), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void The_digest_is_that_of_files_size_names_and_masks_in_every_release()
    {
        // Cached classifiers and manifests name data by it.
        Put("a.png", 32, 32, 10);
        Put("b.png", 32, 32, 200);
        Put("c.png", 32, 32, 90);
        File.WriteAllText(_folder.File("labels.csv"), "file,Smiling,Hat\na.png,1,0\nb.png,0,1\nc.png,1,1\n");

        using var data = FaceDataset.Open(
            new FaceDataOptions { Path = _folder.File("pictures"), Labels = _folder.File("labels.csv"), Size = 32, CacheFolder = _folder.File("cache") }, null, CancellationToken.None);

        Assert.Equal(("a.png", "b.png", "c.png"), (data.Training.Key(0), data.Training.Key(1), data.HeldOut.Key(0)));
        var files = string.Concat(new[] { "a.png", "b.png", "c.png" }.Select(name => Convert.ToHexString(Encoding.UTF8.GetBytes(name + "\0")) + Hash(File.ReadAllBytes(_folder.File("pictures", name)))));
        var pack = Hash(Convert.FromHexString(files)).ToLowerInvariant();
        Assert.Equal(Hash(Encoding.UTF8.GetBytes($"{pack}\n32\nSmiling\nHat\na.png\n1\nb.png\n2\n")), data.Training.Digest, ignoreCase: true);
        Assert.Equal(Hash(Encoding.UTF8.GetBytes($"{pack}\n32\nSmiling\nHat\nc.png\n3\n")), data.HeldOut.Digest, ignoreCase: true);

        static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(5000)]
    public void A_broken_cache_is_made_again(int bytes)
    {
        Put("0.png", 32, 32, 10);
        Put("1.png", 32, 32, 20);
        Open().Dispose();
        var pack = Assert.Single(Directory.GetFiles(_folder.File("cache")));
        File.WriteAllBytes(pack, File.ReadAllBytes(pack)[..bytes]);

        using var data = Open();

        Assert.Equal(2, Keys(data).Count);
    }

    [Fact]
    public void Cancelling_leaves_nothing_behind()
    {
        Put("0.png", 32, 32, 10);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => FaceDataset.Open(Options(), null, cancelled.Token));
        Assert.Empty(Directory.GetFiles(_folder.File("cache")));
    }

    [Fact]
    public void A_folder_called_val_is_held_out()
    {
        Put("train/1.png", 32, 32, 10);
        Put("train/2.png", 32, 32, 20);
        Put("val/1.png", 32, 32, 30);

        using var data = Open();

        Assert.Equal(["train/1.png", "train/2.png"], Enumerable.Range(0, 2).Select(data.Training.Key));
        Assert.Equal("val/1.png", data.HeldOut.Key(0));
    }

    [Fact]
    public void Otherwise_one_in_twenty_is_held_out_and_always_the_same_ones()
    {
        for (var i = 0; i < 200; i++)
            Put($"{i}.png", 8, 8, 10);
        string[] before;
        using (var data = Open())
        {
            Assert.InRange(data.HeldOut.Count, 3, 20);
            before = [.. Enumerable.Range(0, data.HeldOut.Count).Select(data.HeldOut.Key)];
        }

        Put("one-more.png", 8, 8, 10);
        using var again = Open();
        Assert.Superset(before.ToHashSet(), Enumerable.Range(0, again.HeldOut.Count).Select(again.HeldOut.Key).ToHashSet());
    }

    [Fact]
    public void What_cannot_be_used_is_said_in_a_sentence()
    {
        Directory.CreateDirectory(_folder.File("pictures"));
        Assert.Contains("holds no JPEG or PNG", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
        Assert.Contains("no folder", Assert.Throws<DataException>(() => FaceDataset.Open(Options() with { Path = "/nowhere" }, null, default)).Message, StringComparison.Ordinal);
        Assert.Contains("pixels wide", Assert.Throws<DataException>(() => FaceDataset.Open(Options() with { Size = 8 }, null, default)).Message, StringComparison.Ordinal);
    }

    private FaceData Open(List<(int Done, int Total)>? heard = null) =>
        FaceDataset.Open(Options(), heard is null ? null : new Listener(heard), CancellationToken.None);

    private FaceDataOptions Options() => new() { Path = _folder.File("pictures"), Size = 32, CacheFolder = _folder.File("cache") };

    private void Put(string path, int width, int height, byte gray)
    {
        var file = _folder.File("pictures", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var pixels = new byte[width * height * 3];
        pixels.AsSpan().Fill(gray);
        var format = path.EndsWith(".png", StringComparison.Ordinal) ? ImageFormat.Png : ImageFormat.Jpeg;
        File.WriteAllBytes(file, ImageEncoder.Encode(pixels, width, height, format));
    }

    private static Dictionary<string, (byte Pixel, ulong Mask)> Keys(FaceData data)
    {
        var found = new Dictionary<string, (byte, ulong)>();
        foreach (var source in new[] { data.Training, data.HeldOut })
        {
            var picture = new byte[source.Size * source.Size * 3];
            for (var i = 0; i < source.Count; i++)
            {
                source.Read(i, picture);
                found.Add(source.Key(i), (picture[picture.Length / 2], source.Attributes(i).Bits));
            }
        }

        return found;
    }

    private sealed class Listener(List<(int, int)> heard) : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value) => heard.Add(value);
    }
}
