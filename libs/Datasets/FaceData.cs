namespace FaceMix.Datasets;

/// <summary>A file that could not be used, and why.</summary>
public sealed record SkippedFile(string Path, string Reason);

/// <summary>Faces to learn from and faces kept apart to measure on; the same names and size.</summary>
/// <param name="Training">The faces to learn from.</param>
/// <param name="HeldOut">Faces that no step sees.</param>
/// <param name="Skipped">Every file that was left out.</param>
/// <param name="Notes">Sentences for the run's summary: counts, what was repaired, where the split comes from.</param>
public sealed record FaceData(IFaceSource Training, IFaceSource HeldOut, IReadOnlyList<SkippedFile> Skipped, IReadOnlyList<string> Notes) : IDisposable
{
    /// <summary>True for synthetic faces: not flipped, and nobody's picture.</summary>
    public bool IsSynthetic { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Training.Dispose();
        HeldOut.Dispose();
    }
}
