using System.Globalization;
using System.Net;
using System.Text;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Reports;

/// <summary>Writes <c>report.html</c>: one file that needs nothing beside it.</summary>
public static class HtmlReport
{
    private const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem; color: #1d2433; background: #fff; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        table { border-collapse: collapse; } td, th { border-bottom: 1px solid #dde2ea; padding: .25rem .8rem .25rem 0; text-align: left; }
        td.n { text-align: right; font-variant-numeric: tabular-nums; }
        img { max-width: 100%; } figure { display: inline-block; margin: 0 1rem 1rem 0; width: 420px; max-width: 100%; }
        figcaption { text-align: center; color: #566176; } svg { width: 100%; } svg text { font-size: 11px; fill: #566176; }
        .axis { fill: none; stroke: #aab3c2; } .line { fill: none; stroke: #2a62c9; stroke-width: 1.5; }
        @media (prefers-color-scheme: dark) { body { background: #14171d; color: #e6e9ef; } td, th { border-color: #333a46; } }
        """;

    /// <param name="facts">What the card tells, too.</param>
    /// <param name="history">The losses.</param>
    /// <param name="samples">The sheet as PNG.</param>
    /// <param name="weights">The model's arrays.</param>
    public static string Write(CardFacts facts, History history, byte[] samples, Weights weights)
    {
        var html = new StringBuilder();
        html.Append($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{E(facts.Version)}</title><style>{Style}</style>");
        html.Append($"<h1>{E(facts.Version)}</h1><p>{E(facts.Preset.Description)}</p>");
        html.Append($"<p>{facts.State.Step:N0} steps, {facts.State.Pictures:N0} pictures, {facts.State.Elapsed.TotalMinutes:0.0} minutes; data <code>{E(facts.DatasetName)}</code>; {E(facts.Machine)}.</p>");
        html.Append($"<h2>Samples</h2><img alt=\"originals, reconstructions and samples\" src=\"data:image/png;base64,{Convert.ToBase64String(samples)}\">");
        html.Append("<h2>Metrics</h2><table>");
        foreach (var (name, value) in facts.Metrics)
            html.Append($"<tr><th>{E(name)}</th><td class=\"n\">{value.ToString("0.####", CultureInfo.InvariantCulture)}</td></tr>");
        html.Append("</table><h2>Training</h2>");
        foreach (var name in history.Rows.SelectMany(row => row.Values.Keys).Distinct())
            html.Append(LossChart.Draw(history.Rows, name));
        html.Append("<p>Every term is shown before its weight.</p><h2>Parameters</h2><table><tr><th>array</th><th>shape</th><th>numbers</th></tr>");
        foreach (var (name, weight) in weights.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            html.Append($"<tr><td><code>{E(name)}</code></td><td>{string.Join(" × ", weight.Shape)}</td><td class=\"n\">{weight.Values.Length:N0}</td></tr>");
        html.Append($"</table><h2>Command</h2><pre>{E(facts.Request.Command)}</pre></html>\n");
        return html.ToString();
    }

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
