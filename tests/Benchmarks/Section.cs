using FaceMix.Tests;

namespace FaceMix.Benchmarks;

/// <summary>The part of docs/BENCHMARKS.md that one benchmark writes, between two comments with its name.</summary>
internal static class Section
{
    private static readonly string s_file = Repository.PathOf("docs", "BENCHMARKS.md");

    /// <summary>Puts the text in the place of what stood there, or at the end.</summary>
    public static void Write(string name, string title, string text)
    {
        var (begin, end) = ($"<!-- {name} -->", $"<!-- /{name} -->");
        var page = File.Exists(s_file) ? File.ReadAllText(s_file) : "# Benchmarks\n";
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = page.IndexOf(end, StringComparison.Ordinal);
        var section = $"{begin}\n{text.Trim()}\n{end}";
        page = from >= 0 && to > from
            ? page[..from] + section + page[(to + end.Length)..]
            : $"{page.TrimEnd()}\n\n## {title}\n\n{section}\n";
        File.WriteAllText(s_file, page);
    }
}
