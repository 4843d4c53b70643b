using CsvHelper;
using FaceMix.Datasets.Photographs;
using FaceMix.Imaging;
using FaceMix.ModelStore;

namespace FaceMix.Datasets.Preparation;

/// <summary>What became of one photograph.</summary>
/// <param name="Source">Its path below the folder.</param>
/// <param name="Face">What was cut out; null: nothing.</param>
/// <param name="Problem">Why it could not be read; null: it could.</param>
public sealed record PreparedFile(string Source, CutFace? Face, string? Problem);

/// <param name="Total">Photographs.</param>
/// <param name="Found">Those a face was cut out of.</param>
/// <param name="Several">Those of them that showed more than one.</param>
/// <param name="WithoutFace">Paths of those without a face.</param>
/// <param name="Broken">Those that could not be read.</param>
/// <param name="Before">Photographs that an earlier call had done.</param>
public sealed record PreparationSummary(int Total, int Found, int Several, IReadOnlyList<string> WithoutFace, IReadOnlyList<SkippedFile> Broken, int Before);

/// <summary>
/// A folder of photographs → a folder of square faces under the same names, so that a labels file goes on fitting, and <c>index.csv</c> that says
/// what came of each photograph. A journal in that folder lets a call that follows a killed one go on where it was, and do only what is new
/// or changed.
/// </summary>
public static class FolderPreparation
{
    public const string IndexName = "index.csv";

    private const int JpegQuality = 95;

    /// <param name="from">Photographs, folders within it included.</param>
    /// <param name="to">Faces; files of the same names are replaced.</param>
    /// <param name="options">How they are cut.</param>
    /// <param name="progress">Hears how many are done.</param>
    /// <param name="cancellationToken">Stops between photographs; the faces so far stay, and the next call goes on behind them.</param>
    /// <param name="again">Does those anew that an earlier call did.</param>
    /// <exception cref="DataException">There are no photographs, or the faces cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static PreparationSummary Run(string from, string to, PreparationOptions options, IProgress<(int Done, int Total)>? progress, CancellationToken cancellationToken, bool again = false)
    {
        options.Check();
        var folder = PhotographFolder.Find(from, null, int.MaxValue);
        if (Path.GetFullPath(to).TrimEnd('/') == folder.Root.TrimEnd('/'))
            throw new DataException($"{to} holds the photographs themselves; name another folder for the faces.");
        if (Path.GetFullPath(to).StartsWith(folder.Root.TrimEnd('/') + '/', StringComparison.Ordinal))
            throw new DataException($"{to} lies among the photographs, where its faces would be taken for some of them; name a folder elsewhere.");
        var results = new PreparedFile[folder.Paths.Count];
        var done = 0;
        var before = 0;
        try
        {
            Directory.CreateDirectory(to);
            using var journal = new PreparationJournal(to, options, again);
            Parallel.For(
                0,
                results.Length,
                new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = options.Threads },
                () => new FaceCutter(options),
                (i, _, cutter) =>
                {
                    if (journal.Find(folder.Root, folder.Paths[i]) is { } known)
                    {
                        results[i] = known;
                        Interlocked.Increment(ref before);
                    }
                    else
                    {
                        results[i] = Prepare(cutter, folder.Root, folder.Paths[i], to, journal.HadFace(folder.Paths[i]));
                        journal.Add(folder.Root, results[i]);
                    }
                    progress?.Report((Interlocked.Increment(ref done), results.Length));
                    return cutter;
                },
                cutter => cutter.Dispose());
            WriteIndex(Path.Combine(to, IndexName), results);
        }
        catch (AggregateException failure) when (failure.InnerException is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(to, failure.InnerException);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(to, failure);
        }
        return new PreparationSummary(
            results.Length,
            results.Count(file => file.Face is not null),
            results.Count(file => file.Face is { Faces: > 1 }),
            [.. results.Where(file => file is { Face: null, Problem: null }).Select(file => file.Source)],
            [.. results.Where(file => file.Problem is not null).Select(file => new SkippedFile(file.Source, file.Problem!))],
            before);
    }

    // A journal makes the next call go on, so that is all there is to say.
    private static DataException Unwritable(string to, Exception failure) =>
        new($"{to} cannot be written: {Storage.Reason(failure, to, null)}; the faces so far stay, and the same command goes on behind them.", failure);

    private static PreparedFile Prepare(FaceCutter cutter, string root, string path, string to, bool replaces)
    {
        var target = Path.Combine(to, path);
        RgbImage photograph;
        try
        {
            photograph = ImageDecoder.DecodeFile(Path.Combine(root, path));
        }
        catch (ImageException failure)
        {
            Remove(target, replaces);
            return new PreparedFile(path, null, failure.Message);
        }
        if (cutter.Cut(photograph) is not { } face)
        {
            Remove(target, replaces);
            return new PreparedFile(path, null, null);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var format = path.EndsWith(".png", StringComparison.OrdinalIgnoreCase) ? ImageFormat.Png : ImageFormat.Jpeg;
        AtomicFile.Write(target, stream => stream.Write(ImageEncoder.Encode(face.Picture, format, JpegQuality)), sync: false);
        // The picture is on the disk; an index of a million rows need not hold it.
        return new PreparedFile(path, face with { Picture = Nothing }, null);
    }

    /// <summary>Stands for a picture that lies on the disk.</summary>
    internal static RgbImage Nothing { get; } = new(1, 1, new byte[3]);

    // Cut in another way the photograph had a face.
    private static void Remove(string target, bool ours)
    {
        if (ours)
            File.Delete(target);
    }

    private static void WriteIndex(string path, PreparedFile[] files)
    {
        AtomicFile.Write(path, stream =>
        {
            using var csv = CsvWriter.Create(stream, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
            csv.WriteHeader(["file", "faces", "x", "y", "width", "height", "degrees", "problem"]);
            foreach (var (source, face, problem) in files)
            {
                csv.WriteField(source);
                csv.WriteField(face?.Faces ?? 0);
                csv.WriteField(face?.Box.X);
                csv.WriteField(face?.Box.Y);
                csv.WriteField(face?.Box.Width);
                csv.WriteField(face?.Box.Height);
                csv.WriteField(face?.Degrees, "0.0");
                csv.WriteField(problem ?? (face is null ? "no face found" : null));
                csv.EndRecord();
            }
        });
    }
}
