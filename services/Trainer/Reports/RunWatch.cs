using FaceMix.Datasets;
using FaceMix.Trainer.Reports.TensorBoard;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Reports;

/// <summary>All that watches one run: a display, TensorBoard's log, and the pictures taken on the way.</summary>
public sealed class RunWatch : ITrainingObserver, IDisposable
{
    private readonly TensorBoardLog _log;
    private readonly RunPictures _pictures;
    private readonly Observers _all;
    private bool _disposed;

    /// <param name="run">What is watched; not begun or resumed yet.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="data">Faces for the pictures.</param>
    /// <param name="time">The clock.</param>
    /// <param name="display">Shows the run's progress.</param>
    public RunWatch(TrainingRun run, string folder, FaceData data, TimeProvider time, ITrainingObserver display)
    {
        _log = new TensorBoardLog(folder, time);
        _pictures = new RunPictures(run, folder, data) { OnPicture = (step, sheet, file) => _log.AddImage(step, "faces", sheet.Width, sheet.Height, file) };
        _all = new Observers(display, _log, _pictures);
    }

    /// <inheritdoc cref="RunPictures.Begin"/>
    public void Begin() => _pictures.Begin();

    public void Stepped(RunState state, StepReport report, double progress) => _all.Stepped(state, report, progress);

    public void Saved(RunState state) => _all.Saved(state);

    public void Measured(RunState state, BestMoment moment, bool best) => _all.Measured(state, moment, best);

    /// <summary>Closes the log; a second call does nothing.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _pictures.Dispose();
        _log.Dispose();
    }
}
