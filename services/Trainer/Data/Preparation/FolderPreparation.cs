using System.Globalization;
using System.Text;
using FaceMix.Imaging;
using FaceMix.Trainer.Data.Photographs;

namespace FaceMix.Trainer.Data.Preparation;

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
public sealed record PreparationSummary(int Total, int Found, int Several, IReadOnlyList<string> WithoutFace, IReadOnlyList<SkippedFile> Broken);

/// <summary>
/// A folder of photographs → a folder of square faces under the same names, so that a labels file goes on fitting, and <c>index.csv</c> that says
/// what came of each photograph.
/// </summary>
public static class FolderPreparation
{
    public const string IndexName = "index.csv";

    private const int JpegQuality = 95;

    /// <param name="from">Photographs, folders within it included.</param>
    /// <param name="to">Faces; files of the same names are replaced.</param>
    /// <param name="options">How they are cut.</param>
    /// <param name="progress">Hears how many are done.</param>
    /// <param name="cancellation">Stops between photographs; the faces so far stay, without an index.</param>
    /// <exception cref="DataException">There are no photographs, or the faces cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static PreparationSummary Run(string from, string to, PreparationOptions options, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        options.Check();
        var folder = PhotographFolder.Find(from, null, int.MaxValue);
        if (Path.GetFullPath(to).TrimEnd('/') == folder.Root.TrimEnd('/'))
            throw new DataException($"{to} holds the photographs themselves; name another folder for the faces.");
        var results = new PreparedFile[folder.Paths.Count];
        var done = 0;
        try
        {
            Directory.CreateDirectory(to);
            Parallel.For(
                0,
                results.Length,
                new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = options.Threads },
                () => new FaceCutter(options),
                (i, _, cutter) =>
                {
                    results[i] = Prepare(cutter, folder.Root, folder.Paths[i], to);
                    progress?.Report((Interlocked.Increment(ref done), results.Length));
                    return cutter;
                },
                cutter => cutter.Dispose());
            WriteIndex(Path.Combine(to, IndexName), results);
        }
        catch (AggregateException failure) when (failure.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{to} cannot be written: {failure.InnerException.Message}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{to} cannot be written: {failure.Message}", failure);
        }
        return new PreparationSummary(
            results.Length,
            results.Count(file => file.Face is not null),
            results.Count(file => file.Face is { Faces: > 1 }),
            [.. results.Where(file => file is { Face: null, Problem: null }).Select(file => file.Source)],
            [.. results.Where(file => file.Problem is not null).Select(file => new SkippedFile(file.Source, file.Problem!))]);
    }

    private static PreparedFile Prepare(FaceCutter cutter, string root, string path, string to)
    {
        RgbImage photograph;
        try
        {
            photograph = ImageDecoder.DecodeFile(Path.Combine(root, path));
        }
        catch (ImageException failure)
        {
            return new PreparedFile(path, null, failure.Message);
        }
        if (cutter.Cut(photograph) is not { } face)
            return new PreparedFile(path, null, null);
        var target = Path.Combine(to, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var format = path.EndsWith(".png", StringComparison.OrdinalIgnoreCase) ? ImageFormat.Png : ImageFormat.Jpeg;
        File.WriteAllBytes(target, ImageEncoder.Encode(face.Picture, format, JpegQuality));
        // The picture is on the disk; an index of a million rows need not hold it.
        return new PreparedFile(path, face with { Picture = s_nothing }, null);
    }

    private static readonly RgbImage s_nothing = new(1, 1, new byte[3]);

    private static void WriteIndex(string path, PreparedFile[] files)
    {
        var text = new StringBuilder("file,faces,x,y,width,height,degrees,problem\n");
        foreach (var (source, face, problem) in files)
        {
            text.Append(Quoted(source)).Append(CultureInfo.InvariantCulture, $",{face?.Faces ?? 0},");
            text.Append(face is null ? ",,,," : string.Create(CultureInfo.InvariantCulture, $"{face.Box.X},{face.Box.Y},{face.Box.Width},{face.Box.Height},{face.Degrees:0.0}"));
            text.Append(',').Append(Quoted(problem ?? (face is null ? "no face found" : string.Empty))).Append('\n');
        }
        File.WriteAllText(path, text.ToString());
    }

    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\n\r") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
