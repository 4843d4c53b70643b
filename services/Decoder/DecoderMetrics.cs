using System.Diagnostics.Metrics;
using FaceMix.Decoder.Models;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;

namespace FaceMix.Decoder;

/// <summary>What the decoder measures; the names are what dashboards search for.</summary>
public sealed class DecoderMetrics
{
    public const string MeterName = "FaceMix.Decoder";

    private readonly Meter _meter;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _decodeTime;
    private readonly Counter<int> _loads;

    // Observed, not counted up by the instrument: they are on the page with 0 before anything has happened.
    private long _queued;
    private long _dropped;
    private long _refused;

    public DecoderMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableUpDownCounter("facemix.decoder.queue.length", () => Interlocked.Read(ref _queued), "{picture}", "Pictures accepted and not yet decoded.");
        _meter.CreateObservableCounter("facemix.decoder.queue.dropped", () => Interlocked.Read(ref _dropped), "{picture}", "Pictures whose caller left before they were decoded.");
        _meter.CreateObservableCounter("facemix.decoder.queue.refused", () => Interlocked.Read(ref _refused), "{call}", "Calls refused because the queue was full.");
        _batchSize = _meter.CreateHistogram("facemix.decoder.batch.size", "{picture}", "Pictures decoded in one run.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        _decodeTime = _meter.CreateHistogram("facemix.decoder.decode.duration", "s", "Time of one run of the model.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Telemetry.Seconds });
        _loads = _meter.CreateCounter<int>("facemix.decoder.model.loads", "{load}", "Model versions loaded or refused.");
    }

    /// <summary>Shows which versions are loaded and which one is served by default.</summary>
    public void Observe(LoadedModels models)
    {
        _meter.CreateObservableGauge("facemix.decoder.model.loaded", () => models.Loaded.Select(One), "{version}", "1 for each model version in memory.");
        _meter.CreateObservableGauge("facemix.decoder.model.served", () => models.Newest is { } served ? [One(served)] : Array.Empty<Measurement<int>>(), "{version}",
            "1 for the model version that answers calls which name none.");
    }

    public void Queued(int pictures) => Interlocked.Add(ref _queued, pictures);

    public void Left(int pictures) => Interlocked.Add(ref _queued, -pictures);

    public void Dropped(int pictures) => Interlocked.Add(ref _dropped, pictures);

    public void Refused() => Interlocked.Increment(ref _refused);

    public void Decoded(int pictures, TimeSpan time)
    {
        _batchSize.Record(pictures);
        _decodeTime.Record(time.TotalSeconds);
    }

    public void Loaded(ModelVersionId id, bool succeeded) =>
        _loads.Add(1, new KeyValuePair<string, object?>("model", id.Name), new KeyValuePair<string, object?>("outcome", succeeded ? "loaded" : "refused"));

    private static Measurement<int> One(ModelVersionId id) => new(1, new KeyValuePair<string, object?>("model", id.ToString()));
}
