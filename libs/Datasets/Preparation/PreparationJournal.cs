using System.Text;
using System.Text.Json;
using FaceMix.Imaging;
using FaceMix.ModelStore;

namespace FaceMix.Datasets.Preparation;

/// <summary>
/// What is done already of a folder's preparation, a line for each photograph, so that a call after a kill goes on behind it and a later
/// one does what is new. A line counts while the photograph is the same file, it was cut in the same way, and the face is still there.
/// </summary>
internal sealed class PreparationJournal : IDisposable
{
    public const string FileName = ".prepared.jsonl";

    private readonly Dictionary<string, Entry> _known = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly string _to;
    private readonly string _way;
    private readonly FileStream _file;

    /// <param name="to">The faces' folder.</param>
    /// <param name="options">How they are cut.</param>
    /// <param name="again">Takes nothing as done.</param>
    public PreparationJournal(string to, PreparationOptions options, bool again)
    {
        _to = to;
        // Another number of threads cuts the same faces.
        _way = $"{options with { Threads = 1 }}";
        var path = Path.Combine(to, FileName);
        if (File.Exists(path))
        {
            foreach (var line in File.ReadLines(path))
            {
                if (Parse(line) is { } entry)
                    _known[entry.Source] = again ? entry with { Way = string.Empty } : entry;
            }
        }
        // Written anew, so that a line cut off by a kill and those that later ones replaced do not stay.
        AtomicFile.WriteText(path, string.Concat(_known.Values.Select(entry => JsonSerializer.Serialize(entry) + "\n")));
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>What came of a photograph before; null: it is to be looked at.</summary>
    public PreparedFile? Find(string root, string source)
    {
        if (!_known.TryGetValue(source, out var entry) || entry.Way != _way || entry != Of(root, Result(entry), _way))
            return null;
        return entry.Faces == 0 || new FileInfo(Path.Combine(_to, source)) is { Exists: true, Length: > 0 } ? Result(entry) : null;
    }

    /// <summary>Whether an earlier call has cut a face out of it, in whichever way.</summary>
    public bool HadFace(string source) => _known.TryGetValue(source, out var entry) && entry.Faces > 0;

    /// <summary>Notes what came of a photograph, once its face is on the disk; safe from many threads.</summary>
    public void Add(string root, PreparedFile file)
    {
        var line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Of(root, file, _way)) + "\n");
        lock (_gate)
            _file.Write(line);
    }

    public void Dispose() => _file.Dispose();

    private static Entry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line) is { Source: not null, Way: not null } entry ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Entry Of(string root, PreparedFile file, string way)
    {
        var info = new FileInfo(Path.Combine(root, file.Source));
        var box = file.Face?.Box ?? default;
        return new Entry(
            file.Source, info.Exists ? info.Length : -1, info.LastWriteTimeUtc.Ticks, way, file.Face?.Faces ?? 0, box.X, box.Y, box.Width, box.Height, file.Face?.Degrees ?? 0, file.Problem);
    }

    private static PreparedFile Result(Entry entry) => new(
        entry.Source,
        entry.Faces == 0 ? null : new CutFace(entry.Faces, new FaceBox(entry.X, entry.Y, entry.Width, entry.Height), entry.Degrees, FolderPreparation.Nothing),
        entry.Problem);

    private sealed record Entry(string Source, long Bytes, long Written, string Way, int Faces, int X, int Y, int Width, int Height, double Degrees, string? Problem);
}
