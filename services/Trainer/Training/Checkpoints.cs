using System.Globalization;
using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;

namespace FaceMix.Trainer.Training;

/// <summary>
/// A run's checkpoints: the newest under <see cref="Checkpoint.FileName"/>, those kept before it under their steps. Files are made
/// whole under another name and then renamed, so that there is a readable one whenever the process ends.
/// </summary>
/// <param name="folder">The run's folder.</param>
public sealed class Checkpoints(string folder)
{
    private const string Pattern = "checkpoint*.safetensors";
    private const string NextName = "checkpoint-next.safetensors";

    private string Newest => Path.Combine(folder, Checkpoint.FileName);

    /// <summary>Whether a run's folder holds any.</summary>
    public static bool In(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, Pattern).Any();

    /// <summary>Saves a run, and removes all but the newest <paramref name="keep"/>.</summary>
    /// <exception cref="StorageException">The disk is full or read-only; earlier checkpoints are as they were.</exception>
    public void Save(TrainingRun run, int keep)
    {
        ArgumentNullException.ThrowIfNull(run);
        Storage.Guard($"The checkpoint of step {run.State.Step}", Newest, () =>
        {
            if (keep > 1 && File.Exists(Newest))
                Rotate(run);
            else
                Checkpoint.Save(run, Newest);
            foreach (var old in Kept().OrderByDescending(name => name, StringComparer.Ordinal).Skip(keep - 1))
                File.Delete(old);
        }, Checkpoint.BytesOf(run));
    }

    /// <summary>Steps done at the newest checkpoint that can be read; null: there is none.</summary>
    public long? LastStep
    {
        get
        {
            var steps = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Pattern).Select(StepOf).Where(step => step != Unreadable).ToList() : [];
            return steps.Count == 0 ? null : steps.Max();
        }
    }

    /// <summary>Puts the newest checkpoint that can be read into a run of the same preset.</summary>
    /// <param name="run">The run.</param>
    /// <param name="say">Hears of one that cannot be read.</param>
    /// <returns>False when there is none at all.</returns>
    /// <exception cref="ModelStoreException">There are some, and none can be read.</exception>
    public bool Load(TrainingRun run, Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(say);
        var names = Directory.EnumerateFiles(folder, Pattern).ToList();
        ModelStoreException? broken = null;
        foreach (var path in names.OrderByDescending(path => StepOf(path) is not Unreadable and var step ? step : long.MaxValue))
        {
            try
            {
                Checkpoint.Load(run, path);
                return true;
            }
            catch (ModelStoreException e) when (names.Count > 1)
            {
                broken ??= e;
                say($"{e.Message} The checkpoint before it is tried.");
            }
        }
        return broken is null ? false : throw broken;
    }

    private void Rotate(TrainingRun run)
    {
        var next = Path.Combine(folder, NextName);
        Checkpoint.Save(run, next);
        var step = StepOf(Newest);
        if (step != run.State.Step && step != Unreadable)
            File.Move(Newest, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{step:D10}.safetensors")), overwrite: true);
        File.Move(next, Newest, overwrite: true);
    }

    private IEnumerable<string> Kept() => Directory.EnumerateFiles(folder, Pattern).Where(path => Path.GetFileName(path) is not (Checkpoint.FileName or NextName)).ToList();

    private const long Unreadable = -1;

    private static long StepOf(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            return long.TryParse(file.Metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out var step) ? step : Unreadable;
        }
        catch (ModelStoreException)
        {
            return Unreadable;
        }
    }
}
