using System.Globalization;
using System.Text.Json;
using FaceMix.ModelStore;
using FaceMix.Trainer.Presets;

namespace FaceMix.Trainer.Training;

/// <summary>What a run was asked to do, so that resuming needs nothing but its name.</summary>
public sealed record RunRequest
{
    /// <summary><c>drawn</c>, or a folder of pictures.</summary>
    public required string Data { get; init; }

    /// <summary>A CSV of attributes; null: none, or the data's own.</summary>
    public string? Labels { get; init; }

    public ulong Seed { get; init; }

    /// <summary>How many faces to draw, where they are drawn.</summary>
    public int Count { get; init; }

    /// <summary>Licence and credit of the data, for the card.</summary>
    public string? Credit { get; init; }

    /// <summary>Training time in all, in seconds; null: no limit.</summary>
    public double? MaxTimeSeconds { get; init; }

    /// <summary>The command line that began the run.</summary>
    public string Command { get; init; } = string.Empty;
}

/// <summary>A run's own folder, <c>MODELS/NAME/runs/RUN/</c>: request, preset, checkpoint and history.</summary>
/// <param name="path">The folder.</param>
public sealed class RunFolder(string path)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public string FullPath { get; } = System.IO.Path.GetFullPath(path);

    public string Name => System.IO.Path.GetFileName(FullPath);

    /// <summary>Where the newest checkpoint lies.</summary>
    public string CheckpointPath => System.IO.Path.Combine(FullPath, Checkpoint.FileName);

    public string HistoryPath => System.IO.Path.Combine(FullPath, "history.csv");

    public Checkpoints Checkpoints => new(FullPath);

    private string PublishedPath => System.IO.Path.Combine(FullPath, "published");

    private string RequestPath => System.IO.Path.Combine(FullPath, "run.json");

    private string PresetPath => System.IO.Path.Combine(FullPath, "preset.yaml");

    /// <summary>Begins a run's folder, named by the present UTC time.</summary>
    public static RunFolder Create(string models, Preset preset, RunRequest request, DateTimeOffset now)
    {
        ModelVersionId.CheckName(preset.Name);
        var stem = now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var runs = RunsOf(models, preset.Name);
        var name = stem;
        for (var suffix = 2; Directory.Exists(System.IO.Path.Combine(runs, name)); suffix++)
            name = $"{stem}-{suffix}";
        var folder = new RunFolder(System.IO.Path.Combine(runs, name));
        Storage.Guard("A run's folder", folder.FullPath, () => Directory.CreateDirectory(folder.FullPath));
        AtomicFile.WriteText(folder.PresetPath, PresetReader.Write(preset));
        AtomicFile.WriteText(folder.RequestPath, JsonSerializer.Serialize(request, s_json));
        return folder;
    }

    /// <summary>Opens a run to go on with.</summary>
    /// <param name="models">The models folder.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="run">The run's name; empty: the newest that has a checkpoint. One that is named and has none begins.</param>
    /// <exception cref="UsageException">There is no such run.</exception>
    public static RunFolder Open(string models, string model, string run)
    {
        var runs = RunsOf(models, model);
        if (run.Length == 0)
        {
            run = Directory.Exists(runs)
                ? Directory.EnumerateDirectories(runs).Where(HasCheckpoint).Select(System.IO.Path.GetFileName).Max(StringComparer.Ordinal) ?? string.Empty
                : string.Empty;
            if (run.Length == 0)
                throw new UsageException($"There is nothing to resume: {runs} holds no run with a checkpoint.");
        }
        return Find(models, model, run) ?? throw new UsageException($"{runs} holds no run {run}.");
    }

    /// <summary>A run by its name, with a checkpoint or without; null: there is none.</summary>
    public static RunFolder? Find(string models, string model, string run) =>
        new RunFolder(System.IO.Path.Combine(RunsOf(models, model), run)) is var folder && File.Exists(folder.RequestPath) ? folder : null;

    /// <summary>The newest run of a model that has a checkpoint, unless a version came of it; null: there is none.</summary>
    public static RunFolder? Unfinished(string models, string model)
    {
        var runs = RunsOf(models, model);
        var newest = Directory.Exists(runs) ? Directory.EnumerateDirectories(runs).Where(HasCheckpoint).Max(StringComparer.Ordinal) : null;
        return newest is not null && new RunFolder(newest) is var run && run.ReadPublished() is null ? run : null;
    }

    public RunRequest ReadRequest() =>
        JsonSerializer.Deserialize<RunRequest>(File.ReadAllText(RequestPath), s_json)
        ?? throw new InvalidDataException($"{RequestPath} is empty.");

    /// <summary>Notes which version came of the run.</summary>
    public void WritePublished(ModelVersionId version) => AtomicFile.WriteText(PublishedPath, $"{version}\n");

    /// <summary>The newest version that came of the run; null: none yet.</summary>
    public ModelVersionId? ReadPublished() =>
        File.Exists(PublishedPath) && ModelVersionId.TryParse(File.ReadAllText(PublishedPath).Trim(), out var version) ? version : null;

    /// <summary>Every run of a models folder, newest first.</summary>
    public static IEnumerable<RunFolder> All(string models) => !Directory.Exists(models) ? [] :
        Directory.EnumerateDirectories(models).Select(model => System.IO.Path.Combine(model, "runs")).Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories).Select(path => new RunFolder(path))
            .Where(run => File.Exists(run.RequestPath)).OrderByDescending(run => run.Name, StringComparer.Ordinal);

    public Preset ReadPreset(Action<string>? note = null) => PresetReader.ReadWhole(File.ReadAllText(PresetPath), note);

    private static string RunsOf(string models, string model) => System.IO.Path.Combine(models, model, "runs");

    private static bool HasCheckpoint(string folder) => Checkpoints.In(folder);
}
