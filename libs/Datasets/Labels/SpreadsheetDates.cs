using System.Globalization;
using System.Text.RegularExpressions;

namespace FaceMix.Datasets.Labels;

/// <summary>
/// Undoes what spreadsheets do to ranges: 3-9 becomes 03-Sep and 10-19 becomes Oct-19. Only in a column where other
/// values are ranges still, so that a column of real dates stays one.
/// </summary>
internal static partial class SpreadsheetDates
{
    /// <summary>Repairs the cells in place, and says what was found, what it meant and how often.</summary>
    public static IReadOnlyList<(string Found, string Meant, int Count)> Repair(string[] cells)
    {
        if (!Array.Exists(cells, cell => Range().IsMatch(cell)))
            return [];
        var counts = new SortedDictionary<string, (string Meant, int Count)>(StringComparer.Ordinal);
        for (var i = 0; i < cells.Length; i++)
        {
            if (Meaning(cells[i]) is not { } meant)
                continue;
            counts[cells[i]] = (meant, counts.GetValueOrDefault(cells[i]).Count + 1);
            cells[i] = meant;
        }

        return [.. counts.Select(one => (one.Key, one.Value.Meant, one.Value.Count))];
    }

    private static string? Meaning(string cell)
    {
        var day = DayFirst().Match(cell);
        if (day.Success)
            return $"{Number(day.Groups[1].Value)}-{Month(day.Groups[2].Value)}";
        var month = MonthFirst().Match(cell);
        return month.Success ? $"{Month(month.Groups[1].Value)}-{Number(month.Groups[2].Value)}" : null;
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    private static int Month(string name) =>
        Array.FindIndex(CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames, month => month.Equals(name, StringComparison.OrdinalIgnoreCase)) + 1;

    [GeneratedRegex("^[0-9]+-[0-9]+$")]
    private static partial Regex Range();

    [GeneratedRegex("^([0-9]{1,2})-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$", RegexOptions.IgnoreCase)]
    private static partial Regex DayFirst();

    [GeneratedRegex("^(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-([0-9]{1,2})$", RegexOptions.IgnoreCase)]
    private static partial Regex MonthFirst();
}
