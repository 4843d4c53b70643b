using System.Text.Json;
using FaceMix.ModelStore;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Sweeps;

/// <summary>
/// What a sweep has begun, <c>sweeps/NAME/</c> beside the models: which run each combination has. Whether a run is over its own folder says.
/// Held by one process at a time.
/// </summary>
public sealed class SweepFolder : IDisposable
{
    private const string StateName = "sweep.json";
    private const string LockName = "lock";
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _models;
    private readonly SweepPlan _plan;
    private readonly FileStream _lock;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _runs;

    /// <param name="models">The models folder.</param>
    /// <param name="plan">Begun here now, or earlier.</param>
    /// <exception cref="UsageException">Another process holds it.</exception>
    public SweepFolder(string models, SweepPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        (_models, _plan) = (models, plan);
        FullPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(models)) ?? ".", "sweeps", plan.Name);
        Storage.Guard("A sweep's folder", FullPath, () => Directory.CreateDirectory(FullPath));
        try
        {
            _lock = new FileStream(Path.Combine(FullPath, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new UsageException($"{FullPath} is held by another process; the sweep runs already.", e);
        }
        var state = Path.Combine(FullPath, StateName);
        _runs = File.Exists(state) ? JsonSerializer.Deserialize<State>(File.ReadAllText(state), s_json)?.Runs.ToDictionary() ?? [] : [];
    }

    public string FullPath { get; }

    /// <summary>Where everything that a combination's run has said goes.</summary>
    public string LogOf(int combination) => Path.Combine(FullPath, $"{_plan.Combinations[combination].Name}.log");

    /// <summary>The run of a combination, begun now where there is none yet, or where its folder is gone.</summary>
    public RunFolder RunOf(int combination)
    {
        var (wanted, preset) = (_plan.Combinations[combination], _plan.Presets[combination]);
        // One at a time: a run's name is the present time.
        lock (_gate)
        {
            if (Begun(combination) is { } begun)
                return begun;
            var command = Command(_plan.PresetText, wanted.Changes, _plan.Request);
            var run = RunFolder.Create(_models, preset, _plan.Request with { Command = command }, DateTimeOffset.UtcNow);
            _runs[wanted.Name] = run.Name;
            Storage.Guard("A sweep's state", FullPath, () => AtomicFile.WriteText(Path.Combine(FullPath, StateName), JsonSerializer.Serialize(new State(_runs), s_json)));
            return run;
        }
    }

    /// <summary>The version that came of a combination's run; null: none yet.</summary>
    public ModelVersionId? PublishedOf(int combination)
    {
        lock (_gate)
            return Begun(combination)?.ReadPublished() is { } version && new ModelCatalog(_models).Contains(version) ? version : null;
    }

    public void Dispose() => _lock.Dispose();

    private RunFolder? Begun(int combination) =>
        _plan.Combinations[combination].Name is var name && _runs.TryGetValue(name, out var run) ? RunFolder.Find(_models, name, run) : null;

    // As a person would train this one alone.
    private static string Command(string preset, IEnumerable<string> changes, RunRequest request) => string.Join(' ',
    [
        "./facemix train --preset", preset, .. changes.Select(change => $"--set {change}"), "--data", request.Data,
        .. request.Labels is { } labels ? ["--labels", labels] : Array.Empty<string>(),
        "--seed", request.Seed, "--count", request.Count, "--max-time", request.MaxTimeSeconds is { } seconds ? $"{seconds:0}s" : "0s",
    ]);

    private sealed record State(IReadOnlyDictionary<string, string> Runs);
}
