using System.Diagnostics.Metrics;
using FaceMix.ModelStore;

namespace FaceMix.Decoder;

/// <summary>What the decoder tells of itself; the names are what dashboards search for.</summary>
public sealed class DecoderMetrics
{
    public const string MeterName = "FaceMix.Decoder";

    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _decodeTime;
    private readonly UpDownCounter<int> _queueLength;
    private readonly Counter<int> _dropped;
    private readonly Counter<int> _loads;

    public DecoderMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _queueLength = meter.CreateUpDownCounter<int>("facemix.decoder.queue.length", "{picture}", "Pictures accepted and not yet decoded.");
        _dropped = meter.CreateCounter<int>("facemix.decoder.queue.dropped", "{picture}", "Pictures whose caller left before they were decoded.");
        _batchSize = meter.CreateHistogram("facemix.decoder.batch.size", "{picture}", "Pictures decoded in one run.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] });
        _decodeTime = meter.CreateHistogram("facemix.decoder.decode.duration", "s", "Time of one run of the model.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });
        _loads = meter.CreateCounter<int>("facemix.decoder.model.loads", "{load}", "Model versions loaded or refused.");
    }

    public void Queued(int pictures) => _queueLength.Add(pictures);

    public void Left(int pictures) => _queueLength.Add(-pictures);

    public void Dropped(int pictures) => _dropped.Add(pictures);

    public void Decoded(int pictures, TimeSpan time)
    {
        _batchSize.Record(pictures);
        _decodeTime.Record(time.TotalSeconds);
    }

    public void Loaded(ModelVersionId id, bool succeeded) =>
        _loads.Add(1, new KeyValuePair<string, object?>("model", id.Name), new KeyValuePair<string, object?>("outcome", succeeded ? "loaded" : "refused"));
}
