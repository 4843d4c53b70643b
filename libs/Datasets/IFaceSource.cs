using FaceMix.Latents;

namespace FaceMix.Datasets;

/// <summary>
/// Square RGB faces of one size, by index, with what is known about each. Reading is safe from many threads at once.
/// </summary>
public interface IFaceSource : IDisposable
{
    /// <summary>What the data is called in manifests and cards, for example <c>drawn/1</c> or <c>fairface/train</c>.</summary>
    string Name { get; }

    /// <summary>SHA-256, in hex, of what decides the pictures and attributes: equal digests mean equal data.</summary>
    string Digest { get; }

    /// <summary>How many faces there are; indices run from 0 to one less.</summary>
    int Count { get; }

    /// <summary>Width and height in pixels.</summary>
    int Size { get; }

    /// <summary>At most 64 names; bit i of a mask is name i. Empty when nothing is known.</summary>
    IReadOnlyList<string> AttributeNames { get; }

    /// <summary>What a face is called in the store: unique within its data set: a drawn face's number, or a picture's path below its folder.</summary>
    string Key(int index);

    /// <summary>The face's attributes; one of which it is not known whether the face has it counts as absent.</summary>
    AttributeMask Attributes(int index);

    /// <summary>The attributes of which it is known whether the face has them.</summary>
    AttributeMask Known(int index);

    /// <summary>Writes the face as Size × Size RGB bytes, row by row.</summary>
    /// <exception cref="ArgumentException">The span is not Size × Size × 3 bytes long.</exception>
    void Read(int index, Span<byte> rgb);
}
