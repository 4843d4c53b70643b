using System.Security.Cryptography;
using FaceMix.Latents;

namespace FaceMix.Datasets.Mnist;

/// <summary>Handwritten digits, or whatever else comes in MNIST's files, as grey pictures whose attributes are their labels.</summary>
public sealed class MnistSource : IFaceSource
{
    private const int MaxLabels = 64;

    private static readonly string[] s_endings = ["-images-idx3-ubyte", "-images.idx3-ubyte", "-images-idx3-ubyte.gz", "-images.idx3-ubyte.gz"];

    private readonly byte[] _pictures;
    private readonly byte[] _labels;

    private MnistSource(string name, IdxFile pictures, IdxFile labels)
    {
        if (pictures.Sizes.Count != 3 || pictures.Sizes[1] != pictures.Sizes[2])
            throw new DataException($"{name}: pictures are square, not {string.Join(" × ", pictures.Sizes)}.");
        if (labels.Sizes.Count != 1 || labels.Sizes[0] != pictures.Sizes[0])
            throw new DataException($"{name}: {labels.Values.Length} labels do not belong to {pictures.Sizes[0]} pictures.");
        var most = labels.Values.Max();
        if (most >= MaxLabels)
            throw new DataException($"{name}: there is a label {most}; at most {MaxLabels} different ones can be told apart.");
        Name = name;
        Size = pictures.Sizes[1];
        _pictures = pictures.Values;
        _labels = labels.Values;
        AttributeNames = [.. Enumerable.Range(0, most + 1).Select(digit => $"Digit_{digit}")];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_pictures);
        hash.AppendData(_labels);
        Digest = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public string Name { get; }

    public string Digest { get; }

    public int Count => _labels.Length;

    public int Size { get; }

    public IReadOnlyList<string> AttributeNames { get; }

    /// <summary>Whether a folder holds MNIST's training files.</summary>
    public static bool IsIn(string folder) => Find(folder, "train") is not null;

    /// <summary>Opens the training part, and the test part to hold out.</summary>
    /// <exception cref="DataException">A file is missing, damaged or does not fit the others.</exception>
    public static FaceData Open(string folder)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var training = Part(folder, "train", name);
        var heldOut = Part(folder, "t10k", $"{name}/held-out");
        return new FaceData(training, heldOut, [], [$"{training.Count} pictures of {training.Size} pixels to learn from and {heldOut.Count} held out, from idx files."]);
    }

    public string Key(int index) => $"{Name}/{index}";

    public AttributeMask Attributes(int index) => AttributeMask.Of(_labels[index]);

    public AttributeMask Known(int index) => AttributeMask.All(AttributeNames.Count);

    public void Read(int index, Span<byte> rgb)
    {
        var pixels = Size * Size;
        if (rgb.Length != pixels * 3)
            throw new ArgumentException($"A picture of {Size} pixels takes {pixels * 3} bytes, not {rgb.Length}.", nameof(rgb));
        for (var i = 0; i < pixels; i++)
            rgb.Slice(i * 3, 3).Fill(_pictures[(index * pixels) + i]);
    }

    public void Dispose()
    {
    }

    private static MnistSource Part(string folder, string part, string name)
    {
        var pictures = Find(folder, part) ?? throw new DataException($"{folder} holds no {part}{s_endings[0]}, plain or gzipped.");
        var labels = pictures.Replace("-images", "-labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal);
        if (!File.Exists(labels))
            throw new DataException($"{labels} is missing.");
        return new MnistSource(name, IdxFile.Read(pictures), IdxFile.Read(labels));
    }

    private static string? Find(string folder, string part) => s_endings.Select(ending => Path.Combine(folder, part + ending)).FirstOrDefault(File.Exists);
}
