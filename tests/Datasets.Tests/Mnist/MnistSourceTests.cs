using System.IO.Compression;
using FaceMix.Datasets;
using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Datasets.Mnist;

public sealed class MnistSourceTests
{
    [Fact]
    public void Plain_and_gzipped_files_are_read_with_their_labels()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "train", 3, gzip: true);
        Write(folder, "t10k", 2, gzip: false);

        using var data = Open(folder, 28);

        Assert.Equal((3, 2, 28), (data.Training.Count, data.HeldOut.Count, data.Training.Size));
        Assert.Equal(["Digit_0", "Digit_1", "Digit_2"], data.Training.AttributeNames);
        Assert.Equal(AttributeMask.Of(2), data.Training.Attributes(2));
        var rgb = new byte[28 * 28 * 3];
        data.Training.Read(1, rgb);
        Assert.Equal([1, 1, 1, 2, 2, 2], rgb[..6]);
    }

    [Theory]
    [InlineData("train-images-idx3-ubyte", "cut short")]
    [InlineData("train-labels-idx1-ubyte", "no idx file")]
    public void A_damaged_file_is_told_in_a_sentence(string file, string sentence)
    {
        using var folder = new TemporaryFolder();
        Write(folder, "train", 3, gzip: false);
        Write(folder, "t10k", 2, gzip: false);
        var bytes = File.ReadAllBytes(folder.File(file));
        File.WriteAllBytes(folder.File(file), file.Contains("images", StringComparison.Ordinal) ? bytes[..^1] : [.. "<html>"u8]);

        Assert.Contains(sentence, Assert.Throws<DataException>(() => Open(folder, 28)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_of_another_size_is_told_which_it_is()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "train", 3, gzip: false);
        Write(folder, "t10k", 2, gzip: false);

        Assert.Contains("28 pixels", Assert.Throws<DataException>(() => Open(folder, 64)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Drawn_faces_stand_in_for_digits_in_grey_and_small()
    {
        using var data = FaceDataset.Open(new FaceDataOptions { Size = 28, Grey = true, Seed = 3, SyntheticCount = 4, SyntheticHeldOut = 2, CacheFolder = string.Empty }, null, CancellationToken.None);
        var rgb = new byte[28 * 28 * 3];
        data.Training.Read(1, rgb);
        using var large = new SyntheticSource(3, 4, 56);
        var whole = new byte[56 * 56 * 3];
        large.Read(1, whole);

        for (var i = 0; i < rgb.Length; i += 3)
            Assert.True(rgb[i] == rgb[i + 1] && rgb[i] == rgb[i + 2]);
        double Grey(int offset) => (0.299 * whole[offset]) + (0.587 * whole[offset + 1]) + (0.114 * whole[offset + 2]);
        Assert.Equal((Grey(0) + Grey(3) + Grey(56 * 3) + Grey((56 * 3) + 3)) / 4, rgb[0], 1.1);
        Assert.True(rgb.Distinct().Count() > 20);
    }

    private static FaceData Open(TemporaryFolder folder, int size) =>
        FaceDataset.Open(new FaceDataOptions { Path = folder.Path, Size = size, CacheFolder = folder.File("cache") }, null, CancellationToken.None);

    private static void Write(TemporaryFolder folder, string part, int count, bool gzip)
    {
        byte[] pictures = [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, 28, 0, 0, 0, 28, .. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(0, 28 * 28).Select(p => (byte)(i + p)))];
        byte[] labels = [0, 0, 8, 1, 0, 0, 0, (byte)count, .. Enumerable.Range(0, count).Select(i => (byte)i)];
        foreach (var (name, bytes) in new[] { ($"{part}-images-idx3-ubyte", pictures), ($"{part}-labels-idx1-ubyte", labels) })
        {
            using var file = File.Create(folder.File(gzip ? name + ".gz" : name));
            using var stream = gzip ? new GZipStream(file, CompressionLevel.Fastest) : (Stream)file;
            stream.Write(bytes);
        }
    }
}
