using System.Globalization;
using System.Text;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Reports;

/// <summary>A small line chart as SVG: one quantity over training time.</summary>
public static class LossChart
{
    private const int Width = 420;
    private const int Height = 160;
    private const int Left = 52;
    private const int Bottom = 22;
    private const int Top = 8;

    /// <returns>An <c>svg</c> element; empty when fewer than two rows hold the value.</returns>
    public static string Draw(IReadOnlyList<HistoryRow> rows, string name)
    {
        var points = rows.Where(row => row.Values.ContainsKey(name)).Select(row => (X: row.Seconds / 60, Y: row.Values[name])).ToList();
        if (points.Count < 2)
            return string.Empty;
        var (low, high) = (points.Min(p => p.Y), points.Max(p => p.Y));
        var (first, last) = (points[0].X, points[^1].X);
        double X(double x) => Left + ((x - first) / Math.Max(last - first, 1e-9) * (Width - Left - 8));
        double Y(double y) => Height - Bottom - ((y - low) / Math.Max(high - low, 1e-12) * (Height - Bottom - Top));

        var svg = new StringBuilder();
        svg.Append($"<figure><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{name} over time\">");
        svg.Append($"<path class=\"axis\" d=\"M{Left} {Top}V{Height - Bottom}H{Width - 8}\"/><path class=\"line\" d=\"");
        for (var i = 0; i < points.Count; i++)
            svg.Append(string.Create(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{X(points[i].X):0.0} {Y(points[i].Y):0.0}"));
        svg.Append("\"/>");
        svg.Append(Text(Left - 4, Top + 8, "end", high)).Append(Text(Left - 4, Height - Bottom, "end", low));
        svg.Append(Text(Left, Height - 6, "start", first, " min")).Append(Text(Width - 8, Height - 6, "end", last, " min"));
        svg.Append($"</svg><figcaption>{name}</figcaption></figure>");
        return svg.ToString();
    }

    private static string Text(int x, int y, string anchor, double value, string unit = "") =>
        string.Create(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{value:G3}{unit}</text>");
}
