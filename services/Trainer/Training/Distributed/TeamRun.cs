using System.Text.Json;
using FaceMix.Distributed;
using FaceMix.Trainer.Data;
using FaceMix.Trainer.Presets;

namespace FaceMix.Trainer.Training.Distributed;

/// <summary>How processes that train together begin: one run, one preset, the same faces.</summary>
public static class TeamRun
{
    /// <summary>Rank 0 begins or opens the run; the others get what it asks for, and need not see its folder.</summary>
    public static (RunFolder Folder, RunRequest Request, Preset Preset) Begin(Team team, Func<(RunFolder Folder, RunRequest Request, Preset Preset)> begin)
    {
        ArgumentNullException.ThrowIfNull(team);
        ArgumentNullException.ThrowIfNull(begin);
        (RunFolder Folder, RunRequest Request, Preset Preset) begun = default;
        var word = JsonSerializer.Deserialize<Word>(team.FromFirst(() =>
        {
            begun = begin();
            return JsonSerializer.Serialize(new Word(begun.Folder.FullPath, begun.Request, PresetReader.Write(begun.Preset)));
        }))!;
        return team.IsFirst ? begun : (new RunFolder(word.Folder), word.Request, PresetReader.ReadWhole(word.Preset));
    }

    /// <summary>Opens the faces in every process, on each machine first in one that fills the cache for the others; rank 0 alone speaks of them.</summary>
    /// <exception cref="DistributedException">The processes see different faces.</exception>
    public static FaceData Open(Team team, Func<FaceData> open)
    {
        ArgumentNullException.ThrowIfNull(team);
        ArgumentNullException.ThrowIfNull(open);
        var data = team.LocalFirst(() => team.IsFirst ? open() : Quietly(open));
        try
        {
            team.Agree("the faces to learn from", $"{data.Training.Count} of {data.Training.Name} ({data.Training.Digest})");
            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private static FaceData Quietly(Func<FaceData> open)
    {
        var error = Console.Error;
        Console.SetError(TextWriter.Null);
        try
        {
            return open();
        }
        finally
        {
            Console.SetError(error);
        }
    }

    private sealed record Word(string Folder, RunRequest Request, string Preset);
}

/// <summary>Of the processes that train together one speaks.</summary>
internal sealed class NoObserver : ITrainingObserver
{
    public void Stepped(RunState state, StepReport report, double progress)
    {
    }

    public void Saved(RunState state)
    {
    }
}
