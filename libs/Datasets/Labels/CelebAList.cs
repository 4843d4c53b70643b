using System.Globalization;
using FaceMix.Latents;

namespace FaceMix.Datasets.Labels;

/// <summary>
/// CelebA's <c>list_attr_celeba.txt</c>: a count, a line of names, then a file and 1 or -1 for each name.
/// Copies of it differ: a count that fewer rows follow, one blank or two between columns, a blank at a line's end,
/// Windows line ends, no line end at the end.
/// </summary>
internal static class CelebAList
{
    public static bool Looks(ReadOnlySpan<char> text)
    {
        var line = text.TrimStart();
        var end = line.IndexOf('\n');
        return end > 0 && int.TryParse(line[..end].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    /// <exception cref="DataException">A row has too few or too many values, or one that is neither 1 nor -1.</exception>
    public static AttributeTable Read(string path, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries);
        var first = Array.FindIndex(lines, line => line.Length > 0);
        var promised = int.Parse(lines[first], CultureInfo.InvariantCulture);
        if (first + 1 >= lines.Length)
            throw new DataException($"{path} ends after its first line.");
        var names = lines[first + 1].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (names.Length is 0 or > AttributeTable.MaxAttributes)
            throw new DataException($"{path} names {names.Length} attributes; 1 to {AttributeTable.MaxAttributes} can be used.");

        var labels = new Dictionary<string, FaceLabels>(lines.Length);
        for (var row = first + 2; row < lines.Length; row++)
        {
            if (lines[row].Length == 0)
                continue;
            var cells = lines[row].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (cells.Length != names.Length + 1)
                throw new DataException($"{path}, line {row + 1}: {cells.Length - 1} values for {names.Length} attributes.");
            labels[AttributeTable.Normalise(cells[0])] = new FaceLabels(Mask(path, row, cells), AttributeMask.All(names.Length));
        }

        var notes = promised == labels.Count
            ? Array.Empty<string>()
            : [$"{Path.GetFileName(path)} promises {promised} rows and has {labels.Count}."];
        return new AttributeTable(names, labels, notes);
    }

    /// <summary>CelebA's <c>list_eval_partition.txt</c>: 0 is training, 1 validation, 2 test.</summary>
    public static Dictionary<string, int> ReadPartition(string path)
    {
        var parts = new Dictionary<string, int>();
        var row = 0;
        foreach (var line in AttributeTable.ReadText(path).Split('\n', StringSplitOptions.TrimEntries))
        {
            row++;
            var cells = line.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
            // The CSV form of the list has a header.
            if (cells.Length == 0 || (row == 1 && cells[^1].Equals("partition", StringComparison.OrdinalIgnoreCase)))
                continue;
            if (cells.Length != 2 || !int.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out var part) || part > 2)
                throw new DataException($"{path}, line {row}: expected a file and 0, 1 or 2.");
            parts[AttributeTable.Normalise(cells[0])] = part;
        }

        return parts;
    }

    private static AttributeMask Mask(string path, int row, string[] cells)
    {
        var mask = AttributeMask.None;
        for (var i = 1; i < cells.Length; i++)
        {
            mask |= cells[i] switch
            {
                "1" => AttributeMask.Of(i - 1),
                "-1" or "0" => AttributeMask.None,
                _ => throw new DataException($"{path}, line {row + 1}: '{cells[i]}' where 1 or -1 was expected."),
            };
        }

        return mask;
    }
}
