using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FaceMix.ModelStore;

namespace FaceMix.Trainer.Latents;

/// <summary>How far one encoding has come, beside the models, so that a later call goes on where an earlier one ended.</summary>
/// <param name="path">The journal's file.</param>
public sealed class EncodingJournal(string path)
{
    /// <param name="models">The models folder; journals lie in <c>cache</c> beside it.</param>
    /// <param name="what">All that makes one encoding another: model, data, share, places it goes to.</param>
    public static EncodingJournal For(string models, params IEnumerable<string> what)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', what))))[..24];
        return new EncodingJournal(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(models)) ?? ".", "cache", $"encode-{key}.json"));
    }

    /// <summary>Faces that are done, and what each place they went to said of itself; nothing when there is no journal or it cannot be read.</summary>
    public (int Done, IReadOnlyList<string> Positions) Read()
    {
        try
        {
            var entry = File.Exists(path) ? JsonSerializer.Deserialize<Entry>(File.ReadAllText(path)) : null;
            return entry is { Done: >= 0, Positions: not null } ? (entry.Done, entry.Positions) : (0, []);
        }
        catch (JsonException)
        {
            return (0, []);
        }
    }

    /// <summary>Replaces the journal whole.</summary>
    public void Write(int done, IReadOnlyList<string> positions)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new Entry(done, [.. positions])));
    }

    private sealed record Entry(int Done, string[] Positions);
}
