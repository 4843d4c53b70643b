using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Reports.TensorBoard;

/// <summary>
/// A run's curves and pictures for TensorBoard, in the run's folder: <c>tensorboard --logdir MODELS/NAME/runs</c>. Points become rarer as the run grows
/// longer, each the mean of the steps since the one before, so that the file stays small.
/// </summary>
/// <param name="folder">The run's folder.</param>
/// <param name="time">Stamps the events.</param>
public sealed class TensorBoardLog(string folder, TimeProvider time) : ITrainingObserver, IDisposable
{
    // A point for every step at first, and never more often than one five-hundredth of the steps so far.
    private const int Density = 500;

    private readonly EventFile _file = new(folder, time);
    private readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);
    private int _pending;
    private long _next;

    public void Stepped(RunState state, StepReport report, double progress)
    {
        if (report.Skipped)
        {
            _file.AddScalars(state.Step, [("run/skipped", state.Skipped)]);
            return;
        }
        Count("loss/total", report.Total);
        foreach (var term in report.Terms)
        {
            Count($"loss/{term.Name}", term.Value);
            Count($"weight/{term.Name}", term.Weight);
        }
        Count("run/learning_rate", report.LearningRate);
        Count("run/gradient_norm", report.GradientNorm);
        _pending++;
        if (state.Step < _next)
            return;
        _file.AddScalars(state.Step, _sums.Select(sum => (sum.Key, sum.Value / _pending)));
        _sums.Clear();
        _pending = 0;
        _next = state.Step + Math.Max(1, state.Step / Density);
    }

    public void Saved(RunState state)
    {
    }

    public void Measured(RunState state, BestMoment moment, bool best) =>
        _file.AddScalars(state.Step, [($"held_out/{BestMetrics.NameOf(moment.Metric)}", moment.Value)]);

    /// <inheritdoc cref="EventFile.AddImage"/>
    public void AddImage(long step, string tag, int width, int height, byte[] file) => _file.AddImage(step, tag, width, height, file);

    public void Dispose() => _file.Dispose();

    private void Count(string tag, double value) => _sums[tag] = _sums.GetValueOrDefault(tag) + value;
}
