using FaceMix.Latents;
using FaceMix.SyntheticFaces;

namespace FaceMix.Trainer.Data;

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

    /// <summary>What a face is called in the store: <c>drawn/1/17</c>, or a picture's path below its folder.</summary>
    string Key(int index);

    /// <summary>The face's attributes; an unknown one counts as absent.</summary>
    AttributeMask Attributes(int index);

    /// <summary>Writes the face as Size × Size RGB bytes, row by row.</summary>
    /// <exception cref="ArgumentException">The span is not Size × Size × 3 bytes long.</exception>
    void Read(int index, Span<byte> rgb);
}

/// <summary>A file that could not be used, and why.</summary>
public sealed record SkippedFile(string Path, string Reason);

/// <summary>Faces to learn from and faces kept apart to measure on; the same names and size.</summary>
/// <param name="Training">The faces to learn from.</param>
/// <param name="HeldOut">Faces that no step sees.</param>
/// <param name="Skipped">Every file that was left out.</param>
/// <param name="Notes">Sentences for the run's summary: counts, what was repaired, where the split comes from.</param>
public sealed record FaceData(IFaceSource Training, IFaceSource HeldOut, IReadOnlyList<SkippedFile> Skipped, IReadOnlyList<string> Notes) : IDisposable
{
    /// <summary>True for faces that <see cref="FaceRenderer"/> drew: not flipped, and nobody's picture.</summary>
    public bool IsSynthetic { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Training.Dispose();
        HeldOut.Dispose();
    }
}
