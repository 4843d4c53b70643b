using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FaceMix.Latents;
using FaceMix.SyntheticFaces;

namespace FaceMix.Datasets;

/// <summary>
/// Faces drawn as they are asked for: one core draws about ten times what a step on two cores takes in, so that
/// keeping them would cost more than drawing them again.
/// </summary>
public sealed class SyntheticSource : IFaceSource
{
    private readonly ulong _seed;
    private readonly long _first;

    /// <param name="seed">The stream of faces.</param>
    /// <param name="count">How many of them, at least 1.</param>
    /// <param name="size">32..512 pixels.</param>
    /// <param name="first">Index of the first face in the stream.</param>
    public SyntheticSource(ulong seed, int count, int size, long first = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, FaceRenderer.MinimumSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, FaceRenderer.MaximumSize);
        _seed = seed;
        _first = first;
        Count = count;
        Size = size;
        Name = $"drawn/{seed}";
        var identity = $"drawn faces, renderer {FaceRenderer.Version}, seed {seed}, {first}..{first + count}, {size} pixels";
        Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Digest { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> AttributeNames => SyntheticAttributes.Names;

    /// <inheritdoc/>
    public string Key(int index) => (_first + Checked(index)).ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public AttributeMask Attributes(int index) => SyntheticFace.FromSeed(_seed, _first + Checked(index)).Attributes;

    /// <inheritdoc/>
    public AttributeMask Known(int index) => AttributeMask.All(AttributeNames.Count);

    /// <inheritdoc/>
    public void Read(int index, Span<byte> rgb) =>
        FaceRenderer.Render(SyntheticFace.FromSeed(_seed, _first + Checked(index)), Size, rgb);

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return index;
    }
}
