using System.Security.Cryptography;
using System.Text;
using FaceMix.Datasets.Labels;

namespace FaceMix.Datasets.Photographs;

/// <summary>Which pictures are held out, and why those.</summary>
/// <param name="Training">Places in the list of keys.</param>
/// <param name="HeldOut">The others; in CelebA, those for validation.</param>
/// <param name="Note">Where the split comes from.</param>
internal sealed record Split(int[] Training, int[] HeldOut, string Note)
{
    private const int HeldOutPercent = 5;
    private static readonly string[] s_heldOutFolders = ["val/", "valid/", "validation/", "test/"];

    /// <summary>By CelebA's own list, by a folder called val, or else one picture in twenty, chosen by its path.</summary>
    /// <exception cref="DataException">Too few pictures for two parts.</exception>
    public static Split Of(IReadOnlyList<string> keys, string? partition)
    {
        if (partition is not null)
        {
            var parts = CelebAList.ReadPartition(partition);
            var split = By(keys, key => parts.GetValueOrDefault(Path.GetFileName(key), 0), "The list of partitions decides which pictures are held out; its test part is used for nothing.");
            if (split is not null)
                return split;
        }

        if (keys.Any(key => key.StartsWith("train/", StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var folder in s_heldOutFolders)
            {
                var split = By(keys, key => key.StartsWith(folder, StringComparison.OrdinalIgnoreCase) ? 1 : 0, $"The pictures in {folder} are held out.");
                if (split is not null)
                    return split;
            }
        }

        return By(keys, key => Percentile(key) < HeldOutPercent ? 1 : 0, $"{HeldOutPercent} % of the pictures, chosen by their paths, are held out.")
            ?? LastHeldOut(keys);
    }

    private static Split LastHeldOut(IReadOnlyList<string> keys) => keys.Count >= 2
        ? new Split([.. Enumerable.Range(0, keys.Count - 1)], [keys.Count - 1], "The last picture is held out.")
        : throw new DataException("One picture is too little to train on.");

    private static Split? By(IReadOnlyList<string> keys, Func<string, int> partOf, string note)
    {
        var parts = keys.Select(partOf).ToArray();
        int[] Where(int part) => [.. Enumerable.Range(0, parts.Length).Where(i => parts[i] == part)];
        var split = new Split(Where(0), Where(1), note);
        return split.Training.Length > 0 && split.HeldOut.Length > 0 ? split : null;
    }

    // The same part for the same path, whatever else is in the folder.
    private static int Percentile(string key) => BitConverter.ToUInt16(SHA256.HashData(Encoding.UTF8.GetBytes(key))) % 100;
}
