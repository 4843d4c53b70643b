using FaceMix.Trainer.Data.Drawn;

namespace FaceMix.Trainer.Data;

/// <summary>Opens the faces a run asks for.</summary>
public static class FaceDataset
{
    // Any constant will do that no one picks as a seed: training faces are never measured on.
    private const ulong HeldOutOffset = 0x48454C444F5554UL;

    /// <summary>
    /// Opens drawn faces or photographs. Photographs are decoded on the first call and kept in the cache folder;
    /// <paramref name="progress"/> hears the number done and the number in all.
    /// </summary>
    /// <exception cref="DataException">The folder or labels cannot be used, with a sentence that says why.</exception>
    public static FaceData Open(FaceDataOptions options, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Size is < FaceRenderer.MinimumSize or > FaceRenderer.MaximumSize)
            throw new DataException($"Faces can be {FaceRenderer.MinimumSize} to {FaceRenderer.MaximumSize} pixels wide, not {options.Size}.");
        if (options.Path is null)
            return Draw(options);
        throw new DataException($"There is no reader for photographs yet: {options.Path}");
    }

    private static FaceData Draw(FaceDataOptions options)
    {
        var training = new DrawnSource(options.Seed, options.DrawnCount, options.Size);
        var heldOut = new DrawnSource(options.Seed ^ HeldOutOffset, options.DrawnHeldOut, options.Size);
        var note = $"{training.Count} drawn faces of {options.Size} pixels from seed {options.Seed}; {heldOut.Count} more, from another seed, are held out.";
        return new FaceData(training, heldOut, [], [note]) { IsDrawn = true };
    }
}
