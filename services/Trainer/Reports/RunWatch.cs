using FaceMix.Trainer.Data;
using FaceMix.Trainer.Reports.TensorBoard;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Reports;

/// <summary>All that watches one run: the line on the console, TensorBoard's log, and the pictures taken on the way.</summary>
public sealed class RunWatch : ITrainingObserver, IDisposable
{
    private readonly ConsoleProgress _console;
    private readonly TensorBoardLog _log;
    private readonly RunPictures _pictures;
    private readonly Observers _all;
    private bool _disposed;

    /// <param name="run">What is watched; not begun or resumed yet.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="data">Faces for the pictures.</param>
    /// <param name="time">The clock.</param>
    public RunWatch(TrainingRun run, string folder, FaceData data, TimeProvider time)
    {
        _console = new ConsoleProgress(time, Console.Error);
        _log = new TensorBoardLog(folder, time);
        _pictures = new RunPictures(run, folder, data) { OnPicture = (step, sheet, file) => _log.AddImage(step, "faces", sheet.Width, sheet.Height, file) };
        _all = new Observers(_console, _log, _pictures);
    }

    /// <inheritdoc cref="RunPictures.Begin"/>
    public void Begin() => _pictures.Begin();

    public void Stepped(RunState state, StepReport report, double progress) => _all.Stepped(state, report, progress);

    public void Saved(RunState state) => _all.Saved(state);

    public void Measured(RunState state, BestMoment moment, bool best) => _all.Measured(state, moment, best);

    /// <summary>Ends the console's line and closes the log; a second call does nothing.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _console.Dispose();
        _pictures.Dispose();
        _log.Dispose();
    }
}
