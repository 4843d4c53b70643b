using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using FaceMix.Imaging;
using FaceMix.Latents;

namespace FaceMix.Datasets;

/// <summary>
/// A source as a network wants it: in grey, or smaller than the source can give. Grey pictures still have three channels, equal
/// to each other, so that everything that looks at pictures goes on to work.
/// </summary>
/// <param name="inner">The source; disposed with this one.</param>
/// <param name="grey">Whether colours become their luminance (ITU-R BT.601).</param>
/// <param name="shrink">How many of the source's pixels, in each direction, are averaged to one.</param>
public sealed class AdaptedSource(IFaceSource inner, bool grey, int shrink) : IFaceSource
{
    /// <summary>Another source of the inner one's size, adapted in the same way.</summary>
    /// <param name="make">Makes it from width and height in pixels.</param>
    public AdaptedSource Over(Func<int, IFaceSource> make) => new(make(inner.Size), grey, shrink);

    public string Name => inner.Name;

    public string Digest { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{inner.Digest}, grey {grey}, shrunk {shrink} times")));

    public int Count => inner.Count;

    public int Size => inner.Size / shrink;

    public IReadOnlyList<string> AttributeNames => inner.AttributeNames;

    public string Key(int index) => inner.Key(index);

    public AttributeMask Attributes(int index) => inner.Attributes(index);

    public AttributeMask Known(int index) => inner.Known(index);

    public void Read(int index, Span<byte> rgb)
    {
        if (rgb.Length != Size * Size * 3)
            throw new ArgumentException($"A picture of {Size} pixels takes {Size * Size * 3} bytes, not {rgb.Length}.", nameof(rgb));
        var bytes = inner.Size * inner.Size * 3;
        var whole = ArrayPool<byte>.Shared.Rent(bytes);
        inner.Read(index, whole.AsSpan(0, bytes));
        Shrink(whole, rgb);
        ArrayPool<byte>.Shared.Return(whole);
        if (grey)
            Luminance.Apply(rgb);
    }

    public void Dispose() => inner.Dispose();

    private void Shrink(byte[] whole, Span<byte> rgb)
    {
        var row = inner.Size * 3;
        var cells = shrink * shrink;
        for (var i = 0; i < rgb.Length; i++)
        {
            var (y, x, channel) = (i / 3 / Size * shrink, i / 3 % Size * shrink, i % 3);
            var sum = 0;
            for (var cell = 0; cell < cells; cell++)
                sum += whole[((y + (cell / shrink)) * row) + ((x + (cell % shrink)) * 3) + channel];
            rgb[i] = (byte)((sum + (cells / 2)) / cells);
        }
    }
}
