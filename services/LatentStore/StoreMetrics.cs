using System.Diagnostics.Metrics;
using FaceMix.ServiceDefaults;

namespace FaceMix.LatentStore;

/// <summary>What the latent store measures; the names are what dashboards search for.</summary>
public sealed class StoreMetrics
{
    private readonly Histogram<double> _match;
    private readonly Histogram<double> _search;
    private readonly Counter<long> _stored;
    private long _rows = -1;

    public StoreMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("FaceMix.LatentStore");
        var times = new InstrumentAdvice<double> { HistogramBucketBoundaries = Telemetry.Seconds };
        meter.CreateObservableGauge("facemix.store.rows", () => Interlocked.Read(ref _rows) is >= 0 and var rows ? [new Measurement<long>(rows)] : Array.Empty<Measurement<long>>(),
            "{row}", "Faces in the database when it was last asked.");
        _match = meter.CreateHistogram("facemix.store.match.duration", "s", "Time to find a face for ticked features.", advice: times);
        _search = meter.CreateHistogram("facemix.store.search.duration", "s", "Time to find the nearest latents.", advice: times);
        _stored = meter.CreateCounter<long>("facemix.store.rows.stored", "{row}", "Faces added or replaced.");
    }

    /// <summary>How many latents the database holds; not on the page before it is known.</summary>
    public void Rows(long count) => Interlocked.Exchange(ref _rows, count);

    public void Matched(TimeSpan took) => _match.Record(took.TotalSeconds);

    public void Searched(TimeSpan took) => _search.Record(took.TotalSeconds);

    public void Stored(long added, long replaced)
    {
        _stored.Add(added, new KeyValuePair<string, object?>("outcome", "added"));
        _stored.Add(replaced, new KeyValuePair<string, object?>("outcome", "replaced"));
    }
}
