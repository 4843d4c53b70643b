using System.Text.Json;
using FaceMix.Datasets;
using FaceMix.Trainer.Presets;

namespace FaceMix.Trainer.Training.Parallel;

/// <summary>How processes that train together begin: one run, one preset, the same faces.</summary>
public static class SharedRun
{
    /// <summary>Rank 0 begins or opens the run; the others get what it asks for, and need not see its folder.</summary>
    public static (RunFolder Folder, RunRequest Request, Preset Preset) Begin(ProcessGroup group, Func<(RunFolder Folder, RunRequest Request, Preset Preset)> begin)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(begin);
        (RunFolder Folder, RunRequest Request, Preset Preset) begun = default;
        var word = JsonSerializer.Deserialize<Word>(group.FromFirst(() =>
        {
            begun = begin();
            return JsonSerializer.Serialize(new Word(begun.Folder.FullPath, begun.Request, PresetReader.Write(begun.Preset)));
        }))!;
        return group.IsFirst ? begun : (new RunFolder(word.Folder), word.Request, PresetReader.ReadWhole(word.Preset));
    }

    /// <summary>Opens the faces in every process, on each machine first in one that fills the cache for the others.</summary>
    /// <exception cref="MpiException">The processes see different faces.</exception>
    public static FaceData Open(ProcessGroup group, Func<FaceData> open)
    {
        ArgumentNullException.ThrowIfNull(group);
        var data = group.LocalFirst(open);
        group.Agree("the faces to learn from", $"{data.Training.Count} of {data.Training.Name} ({data.Training.Digest})");
        return data;
    }

    private sealed record Word(string Folder, RunRequest Request, string Preset);
}
