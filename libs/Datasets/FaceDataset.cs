using FaceMix.Datasets.Labels;
using FaceMix.Datasets.Mnist;
using FaceMix.Datasets.Photographs;
using FaceMix.SyntheticFaces;

namespace FaceMix.Datasets;

/// <summary>Opens the faces a run asks for.</summary>
public static class FaceDataset
{
    // Any constant will do that no one picks as a seed: training faces are never measured on.
    private const ulong HeldOutOffset = 0x48454C444F5554UL;

    private const int SmallestSize = 16;

    /// <summary>
    /// Opens drawn faces, photographs, or MNIST's files. Photographs are decoded on the first call and kept in the cache folder;
    /// <paramref name="progress"/> hears the number done and the number in all.
    /// </summary>
    /// <exception cref="DataException">The folder or labels cannot be used, with a sentence that says why.</exception>
    public static FaceData Open(FaceDataOptions options, IProgress<(int Done, int Total)>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Size is < SmallestSize or > FaceRenderer.MaximumSize)
            throw new DataException($"Faces can be {SmallestSize} to {FaceRenderer.MaximumSize} pixels wide, not {options.Size}.");
        if (options.Path is null)
            return Draw(options);
        var data = MnistSource.IsIn(options.Path) ? Mnist(options, options.Path) : Open(options, options.Path, progress, cancellationToken);
        return options.Grey ? Adapted(data, grey: true, shrink: 1) : data;
    }

    /// <summary>Drawn faces of another seed, in the size and colours of those given.</summary>
    public static IFaceSource OtherSynthetic(IFaceSource like, ulong seed, int count) => like is AdaptedSource adapted
        ? adapted.Over(size => new SyntheticSource(seed, count, size))
        : new SyntheticSource(seed, count, like.Size);

    private static FaceData Mnist(FaceDataOptions options, string path)
    {
        var data = MnistSource.Open(path);
        if (data.Training.Size == options.Size)
            return data;
        data.Dispose();
        throw new DataException($"The pictures in {path} are {data.Training.Size} pixels wide; the network takes {options.Size} (model.image_size).");
    }

    private static FaceData Adapted(FaceData data, bool grey, int shrink) => data with
    {
        Training = new AdaptedSource(data.Training, grey, shrink),
        HeldOut = new AdaptedSource(data.HeldOut, grey, shrink),
    };

    private static FaceData Open(FaceDataOptions options, string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellationToken)
    {
        var folder = PhotographFolder.Find(path, options.Labels, options.MaxPictures);
        // Before the decoding, which takes minutes: a labels file that is none is told at once.
        var table = folder.Labels is null ? AttributeTable.None : AttributeTable.Read(folder.Labels);
        var pack = PackWriter.OpenOrWrite(folder.Root, folder.Paths, options.Size, options.CacheFolder, progress, cancellationToken).Share();
        try
        {
            var keys = pack.Index.Keys;
            if (keys.Length == 0)
                throw new DataException($"None of the {folder.Paths.Count} pictures in {path} can be read; the first: {pack.Index.Skipped[0].Reason}");
            var notes = new List<string>(table.Notes);
            var labels = table.Rows.Count == 0 ? new FaceLabels[keys.Length] : PhotographFolder.Match(keys, table, notes);
            var split = Split.Of(keys, folder.Partition);
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
            var training = new PhotographSource(name, pack, split.Training, table.Names, labels);
            var heldOut = new PhotographSource($"{name}/held-out", pack, split.HeldOut, table.Names, labels);
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
        // The renderer's lines need pixels: smaller faces are drawn larger and averaged.
        var shrink = options.Size < FaceRenderer.MinimumSize ? 2 : 1;
        var training = new SyntheticSource(options.Seed, options.SyntheticCount, options.Size * shrink);
        var heldOut = new SyntheticSource(options.Seed ^ HeldOutOffset, options.SyntheticHeldOut, options.Size * shrink);
        var note = $"{training.Count} drawn faces of {options.Size} pixels{(options.Grey ? " in grey" : string.Empty)} from seed {options.Seed}; {heldOut.Count} more, from another seed, are held out.";
        var data = new FaceData(training, heldOut, [], [note]) { IsSynthetic = true };
        return options.Grey || shrink > 1 ? Adapted(data, options.Grey, shrink) : data;
    }
}
