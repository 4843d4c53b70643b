using System.Globalization;
using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;
using FaceMix.Networks;

namespace FaceMix.Trainer.Training;

/// <summary>The best of a run's averaged weights so far.</summary>
/// <param name="Metric">What decided.</param>
/// <param name="Value">Its value.</param>
/// <param name="Step">Steps done when it was measured.</param>
public sealed record BestMoment(BestMetric Metric, double Value, long Step)
{
    /// <summary>Such as <c>psnr_db 21.4 at step 1200</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{BestMetrics.NameOf(Metric)} {Value:0.######} at step {Step}");
}

/// <summary>Where a run keeps its best weights: one file, replaced by a rename, which itself says how good they are.</summary>
public static class BestWeights
{
    public const string FileName = "best.safetensors";

    private const string MetricKey = "metric";
    private const string ValueKey = "value";
    private const string StepKey = "step";

    /// <summary>How good the kept weights are; null: there are none by this metric.</summary>
    public static BestMoment? Read(string runFolder, BestMetric metric)
    {
        var path = Path.Combine(runFolder, FileName);
        if (metric == BestMetric.None || !File.Exists(path))
            return null;
        using var file = SafetensorsFile.Open(path);
        return file.Metadata.GetValueOrDefault(MetricKey) == BestMetrics.NameOf(metric)
            ? new BestMoment(metric, double.Parse(file.Metadata[ValueKey], CultureInfo.InvariantCulture), long.Parse(file.Metadata[StepKey], CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>The kept weights.</summary>
    public static Weights Load(string runFolder) => Weights.Load(Path.Combine(runFolder, FileName));

    public static void Write(string runFolder, WeightAverage average, BestMoment moment)
    {
        var path = Path.Combine(runFolder, FileName);
        Storage.Guard("The best weights", path, () => Weights.Of(average.Averages).Save(path, new Dictionary<string, string>
        {
            [MetricKey] = BestMetrics.NameOf(moment.Metric),
            [ValueKey] = moment.Value.ToString("R", CultureInfo.InvariantCulture),
            [StepKey] = moment.Step.ToString(CultureInfo.InvariantCulture),
        }));
    }
}
