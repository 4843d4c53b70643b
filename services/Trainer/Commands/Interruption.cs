using System.Runtime.InteropServices;

namespace FaceMix.Trainer.Commands;

/// <summary>SIGINT and SIGTERM as a token: the work ends after the step at hand, saves, and the process exits with 128 + the signal.</summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _exitCode;

    public Interruption()
    {
        Register(PosixSignal.SIGINT, 130);
        Register(PosixSignal.SIGTERM, 143);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>130 or 143 once a signal came; 0 before.</summary>
    public int ExitCode => Volatile.Read(ref _exitCode);

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Register(PosixSignal signal, int exitCode) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        // A second signal of the same kind is not waited for any longer.
        if (Interlocked.Exchange(ref _exitCode, exitCode) != 0)
            return;
        context.Cancel = true;
        _source.Cancel();
    }));
}
