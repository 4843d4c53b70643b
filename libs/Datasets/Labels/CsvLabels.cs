using System.Globalization;
using CsvHelper;
using FaceMix.Latents;

namespace FaceMix.Datasets.Labels;

/// <summary>
/// A CSV with a header whose first column is the picture. A column of 0, 1, -1, true and false is one attribute by its header's name;
/// any other column of few distinct values is one attribute a value: <c>Gender_Female</c>, <c>Age_20-29</c>.
/// </summary>
internal static class CsvLabels
{
    // A column with more distinct values is a measurement or a note, not a category.
    private const int MaxValues = 32;

    /// <exception cref="DataException">No header, no rows, rows of different lengths, or not a CSV.</exception>
    public static AttributeTable Read(string path, string text)
    {
        var (header, rows) = Parse(path, text);
        var notes = new List<string>();
        var columns = new List<LabelColumn>();
        for (var column = 1; column < header.Length; column++)
        {
            var cells = Array.ConvertAll(rows, row => row[column].Trim());
            var repaired = SpreadsheetDates.Repair(cells);
            notes.AddRange(repaired.Select(one => $"{Path.GetFileName(path)}: '{one.Found}' in column {header[column]} is read as {one.Meant} ({one.Count} rows): a spreadsheet took it for a date."));
            if (LabelColumn.Of(header[column].Trim(), cells, MaxValues) is { } made)
                columns.Add(made);
            else
                notes.Add($"{Path.GetFileName(path)}: column {header[column]} is left out, because it has more than {MaxValues} different values.");
        }

        var names = columns.SelectMany(column => column.Names).ToArray();
        if (names.Length > AttributeTable.MaxAttributes)
            throw new DataException($"{path} has {names.Length} attributes; at most {AttributeTable.MaxAttributes} can be used: leave columns out.");
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length)
            throw new DataException($"{path} has two columns of one name.");

        var labels = new Dictionary<string, FaceLabels>(rows.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            var (has, known) = (AttributeMask.None, AttributeMask.None);
            var shift = 0;
            foreach (var column in columns)
            {
                if (column.Has[row] is { } mask)
                    (has, known) = (has | mask.ShiftedBy(shift), known | AttributeMask.All(column.Names.Length).ShiftedBy(shift));
                shift += column.Names.Length;
            }

            labels[AttributeTable.Normalise(rows[row][0])] = new FaceLabels(has, known);
        }

        if (labels.Count != rows.Length)
            notes.Add($"{Path.GetFileName(path)} names {rows.Length - labels.Count} pictures twice; the later row counts.");
        return new AttributeTable(names, labels, notes);
    }

    private static (string[] Header, string[][] Rows) Parse(string path, string text)
    {
        try
        {
            using var reader = CsvReader.FromText(text, new CsvReaderOptions { Separator = ',', HasHeader = false, SkipEmptyLines = true, TrackLineNumbers = true, PoolStrings = true });
            if (!reader.Read() || reader.FieldCount < 2)
                throw new DataException($"{path} is not a CSV: its first line has no comma.");
            var header = Record(reader);
            var rows = new List<string[]>();
            while (reader.Read())
            {
                if (reader.FieldCount != header.Length)
                    throw new DataException($"{path}, line {reader.LineNumber}: {reader.FieldCount} values under a header of {header.Length}.");
                rows.Add(Record(reader));
            }

            return rows.Count > 0 ? (header, [.. rows]) : throw new DataException($"{path} has a header and no rows.");
        }
        catch (CsvFormatException failure)
        {
            throw new DataException($"{path} is not a CSV: {failure.Message}", failure);
        }
    }

    private static string[] Record(CsvReader reader)
    {
        var cells = new string[reader.FieldCount];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = reader.GetString(i);
        return cells;
    }
}

/// <summary>One column as attributes.</summary>
/// <param name="Names">The attributes it becomes.</param>
/// <param name="Has">For each row what it has, bit i for name i; null where the cell is empty, so that it is not known.</param>
internal sealed record LabelColumn(string[] Names, AttributeMask?[] Has)
{
    /// <summary>Null when the column has too many different values to be categories.</summary>
    public static LabelColumn? Of(string name, string[] cells, int maxValues)
    {
        if (Array.TrueForAll(cells, cell => cell.Length == 0 || Truth(cell) is not null))
            return new LabelColumn([name], Array.ConvertAll(cells, cell => Truth(cell) is { } truth ? truth ? AttributeMask.Of(0) : AttributeMask.None : (AttributeMask?)null));

        var values = cells.Where(cell => cell.Length > 0).Distinct(StringComparer.Ordinal).OrderBy(FirstNumber).ThenBy(value => value, StringComparer.Ordinal).ToArray();
        if (values.Length > maxValues)
            return null;
        var title = char.ToUpperInvariant(name[0]) + name[1..];
        return new LabelColumn(
            Array.ConvertAll(values, value => $"{title}_{value}".Replace(' ', '_')),
            Array.ConvertAll(cells, cell => cell.Length == 0 ? (AttributeMask?)null : AttributeMask.Of(Array.IndexOf(values, cell))));
    }

    private static bool? Truth(string cell) => cell.ToUpperInvariant() switch
    {
        "1" or "TRUE" or "YES" => true,
        "0" or "-1" or "FALSE" or "NO" => false,
        _ => null,
    };

    /// <summary>Ages in order: 0-2, 3-9, 10-19, and "more than 70" behind 60-69.</summary>
    private static int FirstNumber(string value)
    {
        var start = value.AsSpan().IndexOfAnyInRange('0', '9');
        if (start < 0)
            return int.MaxValue;
        var rest = value.AsSpan(start);
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? rest : rest[..end], CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    }
}
