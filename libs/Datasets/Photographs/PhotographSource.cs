using System.Security.Cryptography;
using System.Text;
using FaceMix.Datasets.Labels;
using FaceMix.Latents;

namespace FaceMix.Datasets.Photographs;

/// <summary>Some of a pack's photographs, with their attributes.</summary>
internal sealed class PhotographSource : IFaceSource
{
    private readonly FacePack _pack;
    private readonly int[] _members;
    private readonly FaceLabels[] _labels;
    private int _disposed;

    /// <param name="name">What the data is called.</param>
    /// <param name="pack">Shared; given back on disposal.</param>
    /// <param name="members">Which of the pack's pictures, by their place in its index.</param>
    /// <param name="attributeNames">At most 64.</param>
    /// <param name="labels">One for each picture of the pack's index.</param>
    public PhotographSource(string name, FacePack pack, int[] members, IReadOnlyList<string> attributeNames, FaceLabels[] labels)
    {
        Name = name;
        _pack = pack.Share();
        _members = members;
        AttributeNames = attributeNames;
        _labels = labels;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{pack.Index.Digest}\n{pack.Size}\n{string.Join('\n', attributeNames)}\n"));
        foreach (var member in members)
            hash.AppendData(Encoding.UTF8.GetBytes($"{pack.Index.Keys[member]}\n{Written(labels[member])}\n"));
        Digest = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public string Name { get; }

    public string Digest { get; }

    public int Count => _members.Length;

    public int Size => _pack.Size;

    public IReadOnlyList<string> AttributeNames { get; }

    public string Key(int index) => _pack.Index.Keys[_members[index]];

    public AttributeMask Attributes(int index) => _labels[_members[index]].Has;

    public AttributeMask Known(int index) => _labels[_members[index]].Known;

    public void Read(int index, Span<byte> rgb)
    {
        if (rgb.Length != Size * Size * 3)
            throw new ArgumentException($"A picture of {Size} × {Size} needs {Size * Size * 3} bytes, not {rgb.Length}.", nameof(rgb));
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        _pack.Read(_pack.Index.Slots[_members[index]], rgb);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _pack.Dispose();
    }

    // As digests were before there was "not known", where everything is known.
    private string Written(FaceLabels labels) =>
        labels.Known == AttributeMask.All(AttributeNames.Count) ? $"{labels.Has.Bits:x}" : $"{labels.Has.Bits:x} of {labels.Known.Bits:x}";
}
