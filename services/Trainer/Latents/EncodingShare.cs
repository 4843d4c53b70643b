using System.ComponentModel.DataAnnotations;
using System.Globalization;
using FaceMix.Datasets;

namespace FaceMix.Trainer.Latents;

/// <summary>One of several jobs' part of the faces: every Of-th, beginning with Index.</summary>
/// <param name="Index">0 to Of − 1.</param>
/// <param name="Of">Number of jobs, 1 to 65 536.</param>
public readonly record struct EncodingShare(int Index, int Of)
{
    public const int Most = 65_536;

    /// <summary>All faces.</summary>
    public static EncodingShare Whole { get; } = new(0, 1);

    /// <param name="text">Such as <c>0/4</c>: the first of four. A Kubernetes indexed Job gives <c>$(JOB_COMPLETION_INDEX)/4</c>.</param>
    /// <exception cref="ValidationException">It is no share.</exception>
    public static EncodingShare Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var of)
            && of is >= 1 and <= Most && index < of
            ? new EncodingShare(index, of)
            : throw new ValidationException($"--shard {text}: write I/N with I from 0 to N - 1, such as 0/4 for the first of four.");
    }

    /// <summary>How many of so many faces are its.</summary>
    public int CountOf(int faces) => (faces - Index + Of - 1) / Of;

    /// <summary>The place among all faces of its n-th.</summary>
    public int Place(int n) => (n * Of) + Index;
}

/// <summary>The faces of a data set that are encoded, in their order: those learnt from, then those held out where asked for.</summary>
/// <param name="data">The data set.</param>
/// <param name="most">At most this many.</param>
/// <param name="heldOutToo">Photographs: all of the folder, drawn faces: those learnt from.</param>
public sealed class FacesToEncode(FaceData data, int most, bool heldOutToo)
{
    public int Count { get; } = Math.Min(most, data.Training.Count + (heldOutToo ? data.HeldOut.Count : 0));

    public IFaceSource Training => data.Training;

    public bool Photographs => !data.IsSynthetic;

    public (IFaceSource Source, int Index) At(int place) =>
        place < data.Training.Count ? (data.Training, place) : (data.HeldOut, place - data.Training.Count);
}
