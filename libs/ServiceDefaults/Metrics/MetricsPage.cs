using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Everything that meters of this process measure (ours, ASP.NET's, the runtime's, Npgsql's), as Prometheus reads it.
/// </summary>
public sealed class MetricsPage : IDisposable
{
    /// <summary>Of the text that <see cref="Write"/> returns.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> families = new();
    private readonly Lock observing = new();

    public MetricsPage()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (MetricFamily.KindOf(instrument) is { } kind)
                self.EnableMeasurementEvents(instrument, families.GetOrAdd(instrument, each => new MetricFamily(each, kind)));
        };
        listener.MeasurementsCompleted = (instrument, _) => families.TryRemove(instrument, out var _);
        listener.SetMeasurementEventCallback<byte>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<short>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<long>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<float>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<double>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<decimal>((_, value, tags, family) => ((MetricFamily)family!).Record((double)value, tags));
        listener.Start();
    }

    /// <summary>The page, in Prometheus's text format 0.0.4; gauges are read now.</summary>
    public string Write()
    {
        lock (observing)
            listener.RecordObservableInstruments();
        var page = new StringBuilder(16 * 1024);
        // Two meters may have an instrument of one name; its heading may stand only once.
        foreach (var group in families.Values.GroupBy(family => family.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            group.First().WriteHeading(page);
            foreach (var family in group)
                family.WriteSamples(page);
        }
        return page.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();
}
