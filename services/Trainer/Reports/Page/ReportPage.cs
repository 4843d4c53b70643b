using System.Net;
using System.Text;
using System.Text.Json;

namespace FaceMix.Trainer.Reports.Page;

/// <summary>
/// Writes pages that need nothing beside them: data as JSON, style and script within, no address outside, which the page's own policy forbids as well.
/// </summary>
public static class ReportPage
{
    private const string DataMark = "<script type=\"application/json\" id=\"data\">";
    private const string EndMark = "</script>";
    private const long LargestPage = 256L << 20;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The report of one model or run.</summary>
    public static string Write(ReportData report) => Page(report.Title, "report.js", JsonSerializer.Serialize(report, s_json));

    /// <summary>Several reports side by side.</summary>
    public static string Compare(string title, IReadOnlyList<ReportData> reports) => Page(title, "compare.js", JsonSerializer.Serialize(reports.Select(Lighter), s_json));

    /// <summary>The data of a page that <see cref="Write"/> wrote; null for any other file.</summary>
    public static ReportData? Read(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > LargestPage)
            return null;
        var html = File.ReadAllText(path);
        var start = html.IndexOf(DataMark, StringComparison.Ordinal);
        if (start < 0)
            return null;
        start += DataMark.Length;
        try
        {
            var report = JsonSerializer.Deserialize<ReportData>(html.AsSpan(start, html.IndexOf(EndMark, start, StringComparison.Ordinal) - start), s_json);
            return report;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // What a comparison does not show would make its page many times as large.
    private static ReportData Lighter(ReportData report) => report with { Frames = [.. report.Frames.TakeLast(1)], Preview = null, Map = null, Layers = [], Morphs = [.. report.Morphs.Take(2)] };

    private static string Page(string title, string script, string json) => new StringBuilder()
        .Append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .Append("<meta name=\"color-scheme\" content=\"light dark\">\n")
        .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n")
        .Append($"<title>{WebUtility.HtmlEncode(title)} · FaceMix</title>\n<style>\n{Asset("page.css")}</style>\n")
        .Append("<body>\n<noscript><p>This report draws itself with a script that is part of the file; please allow it.</p></noscript>\n<main id=\"page\"></main>\n")
        // The serializer writes < as \u003c, so that no text can end the element.
        .Append($"{DataMark}{json}{EndMark}\n<script>\n{Asset("page.js")}\n{Asset(script)}</script>\n</body>\n</html>\n")
        .ToString();

    private static string Asset(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream($"FaceMix.Trainer.Reports.Page.{name}")
            ?? throw new InvalidOperationException($"{name} is not part of the program.");
        return new StreamReader(stream).ReadToEnd();
    }
}
