using FaceMix.Trainer.Data.Drawn;
using FaceMix.Trainer.Data.Labels;
using FaceMix.Trainer.Data.Photographs;

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
        return Open(options, options.Path, progress, cancellation);
    }

    private static FaceData Open(FaceDataOptions options, string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var folder = PhotographFolder.Find(path, options.Labels, options.MaxPictures);
        // Before the decoding, which takes minutes: a labels file that is none is told at once.
        var table = folder.Labels is null ? AttributeTable.None : AttributeTable.Read(folder.Labels);
        var pack = PackWriter.OpenOrWrite(folder.Root, folder.Paths, options.Size, options.CacheFolder, progress, cancellation).Share();
        try
        {
            var keys = pack.Index.Keys;
            if (keys.Length == 0)
                throw new DataException($"None of the {folder.Paths.Count} pictures in {path} can be read; the first: {pack.Index.Skipped[0].Reason}");
            var notes = new List<string>(table.Notes);
            var masks = table.Masks.Count == 0 ? new ulong[keys.Length] : PhotographFolder.Match(keys, table, notes);
            var split = Split.Of(keys, folder.Partition);
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
            var training = new PhotographSource(name, pack, split.Training, table.Names, masks);
            var heldOut = new PhotographSource($"{name}/held-out", pack, split.HeldOut, table.Names, masks);
            notes.Insert(0, $"{training.Count} photographs to learn from and {heldOut.Count} held out. {split.Note}");
            if (pack.Index.Skipped.Length > 0)
                notes.Add($"{pack.Index.Skipped.Length} files could not be read and were skipped.");
            return new FaceData(training, heldOut, pack.Index.Skipped, notes);
        }
        finally
        {
            pack.Dispose();
        }
    }

    private static FaceData Draw(FaceDataOptions options)
    {
        var training = new DrawnSource(options.Seed, options.DrawnCount, options.Size);
        var heldOut = new DrawnSource(options.Seed ^ HeldOutOffset, options.DrawnHeldOut, options.Size);
        var note = $"{training.Count} drawn faces of {options.Size} pixels from seed {options.Seed}; {heldOut.Count} more, from another seed, are held out.";
        return new FaceData(training, heldOut, [], [note]) { IsDrawn = true };
    }
}
