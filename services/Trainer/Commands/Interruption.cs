using System.Diagnostics;
using System.Runtime.InteropServices;
using FaceMix.Trainer.Training.Parallel;

namespace FaceMix.Trainer.Commands;

/// <summary>SIGINT, SIGTERM and what mpirun hands on as a token: the work ends after the step at hand, saves, and the process exits with 128 + the signal.</summary>
public sealed class Interruption : IDisposable
{
    /// <summary>The exit code after SIGTERM.</summary>
    public const int Terminated = 143;

    private static readonly TimeSpan s_echo = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _exitCode;
    private long _first;

    public Interruption()
    {
        Register(PosixSignal.SIGINT, 130);
        Register(PosixSignal.SIGTERM, Terminated);
        Register(MpirunLaunch.StopSignal, Terminated);
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
        // A second signal is not waited for any longer, unless it is the same one come by another way: a terminal sends
        // it to every process of its group.
        var second = Interlocked.Exchange(ref _exitCode, exitCode) != 0;
        if (second && Stopwatch.GetElapsedTime(_first) > s_echo)
            return;
        context.Cancel = true;
        if (second)
            return;
        _first = Stopwatch.GetTimestamp();
        _source.Cancel();
    }));
}
