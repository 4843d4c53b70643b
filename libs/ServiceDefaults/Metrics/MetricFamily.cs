using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace FaceMix.ServiceDefaults;

internal enum MetricKind
{
    /// <summary>Measurements are added; only grows.</summary>
    Counter,

    /// <summary>Each measurement is the total so far.</summary>
    ObservedCounter,

    /// <summary>Measurements are added; grows and shrinks.</summary>
    UpDown,

    /// <summary>Each measurement is the value.</summary>
    Gauge,

    Histogram,
}

/// <summary>One instrument's series, one per combination of tags.</summary>
internal sealed class MetricFamily
{
    // Beyond it new combinations are dropped, so that a careless tag cannot eat the memory.
    private const int MaxSeries = 1000;

    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] Sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304];

    private readonly ConcurrentDictionary<string, MetricSeries> series = new();
    private readonly MetricKind kind;
    private readonly string help;
    private readonly double[] bounds;

    public MetricFamily(Instrument instrument, MetricKind kind)
    {
        this.kind = kind;
        help = instrument.Description ?? instrument.Name;
        Name = NameOf(instrument, kind);
        bounds = kind != MetricKind.Histogram ? []
            : (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries is { } advised ? [.. advised]
            : instrument.Unit == "s" ? Seconds
            : Sizes;
    }

    public string Name { get; }

    /// <summary>Null for a kind of instrument that is not known.</summary>
    public static MetricKind? KindOf(Instrument instrument)
    {
        var name = instrument.GetType().Name;
        return name[..name.IndexOf('`')] switch
        {
            "Counter" => MetricKind.Counter,
            "ObservableCounter" => MetricKind.ObservedCounter,
            "UpDownCounter" => MetricKind.UpDown,
            "ObservableUpDownCounter" or "ObservableGauge" or "Gauge" => MetricKind.Gauge,
            "Histogram" => MetricKind.Histogram,
            _ => null,
        };
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        if (!series.TryGetValue(labels, out var one))
        {
            if (series.Count >= MaxSeries)
                return;
            one = series.GetOrAdd(labels, static (_, buckets) => new MetricSeries(buckets), bounds);
        }
        if (kind == MetricKind.Histogram)
            one.Observe(value);
        else if (kind is MetricKind.Counter or MetricKind.UpDown)
            one.Add(value);
        else
            one.Set(value);
    }

    public void WriteHeading(StringBuilder page)
    {
        var type = kind switch
        {
            MetricKind.Counter or MetricKind.ObservedCounter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };
        page.Append("# HELP ").Append(Name).Append(' ').Append(help.Replace("\\", "\\\\").ReplaceLineEndings("\\n")).Append('\n');
        page.Append("# TYPE ").Append(Name).Append(' ').Append(type).Append('\n');
    }

    public void WriteSamples(StringBuilder page)
    {
        foreach (var (labels, one) in series.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            if (kind != MetricKind.Histogram)
            {
                Sample(page, "", labels, one.Value);
                continue;
            }
            var (counts, sum) = one.Read();
            long total = 0;
            for (var i = 0; i < counts.Length; i++)
            {
                total += counts[i];
                var bound = i < bounds.Length ? Number(bounds[i]) : "+Inf";
                Sample(page, "_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"", total);
            }
            Sample(page, "_sum", labels, sum);
            Sample(page, "_count", labels, total);
        }
    }

    private static string NameOf(Instrument instrument, MetricKind kind)
    {
        var name = new StringBuilder(Safe(instrument.Name));
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            "1" when kind == MetricKind.Gauge => "_ratio",
            _ => "",
        };
        if (!name.ToString().EndsWith(unit, StringComparison.Ordinal))
            name.Append(unit);
        if (kind is MetricKind.Counter or MetricKind.ObservedCounter && !name.ToString().EndsWith("_total", StringComparison.Ordinal))
            name.Append("_total");
        return name.ToString();
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var labels = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (labels.Length > 0)
                labels.Append(',');
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels.Append(Safe(key)).Append("=\"").Append(text.Replace("\\", "\\\\").Replace("\"", "\\\"").ReplaceLineEndings("\\n")).Append('"');
        }
        return labels.ToString();
    }

    private static string Safe(string name)
    {
        var safe = string.Create(name.Length, name, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '_';
        });
        return safe.Length > 0 && char.IsAsciiDigit(safe[0]) ? "_" + safe : safe;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Sample(StringBuilder page, string suffix, string labels, double value)
    {
        page.Append(Name).Append(suffix);
        if (labels.Length > 0)
            page.Append('{').Append(labels).Append('}');
        page.Append(' ').Append(Number(value)).Append('\n');
    }
}
