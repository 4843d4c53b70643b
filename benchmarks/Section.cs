using FaceMix.Tests;

namespace FaceMix.Benchmarks;

/// <summary>The part of a page in docs/ that one benchmark writes, between two comments with its name.</summary>
internal static class Section
{
    /// <summary>Puts the text in the place of what stood there, or at the end.</summary>
    public static void Write(string name, string title, string text, string file = "BENCHMARKS.md", string heading = "Benchmarks")
    {
        var path = Repository.PathOf("docs", file);
        var (begin, end) = ($"<!-- {name} -->", $"<!-- /{name} -->");
        var page = File.Exists(path) ? File.ReadAllText(path) : $"# {heading}\n";
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = page.IndexOf(end, StringComparison.Ordinal);
        var section = $"{begin}\n{text.Trim()}\n{end}";
        page = from >= 0 && to > from
            ? page[..from] + section + page[(to + end.Length)..]
            : $"{page.TrimEnd()}\n\n## {title}\n\n{section}\n";
        File.WriteAllText(path, page);
    }
}
