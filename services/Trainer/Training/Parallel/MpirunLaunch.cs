using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FaceMix.Trainer.Training.Parallel;

/// <summary>
/// Starts a program several times by <c>mpirun</c> and looks after it: a first SIGINT or SIGTERM asks the processes to save and end, a
/// second ends them; a process that fails is named.
/// </summary>
/// <param name="perNode">Processes on each machine.</param>
/// <param name="hosts">Machines, as <c>mpirun --host</c> takes them; null: this one, or those of the hostfile that Open MPI's environment names.</param>
/// <param name="program">What to start, and its arguments.</param>
/// <param name="log">Takes what the processes write to standard error.</param>
public sealed class MpirunLaunch(int perNode, string? hosts, IReadOnlyList<string> program, TextWriter log)
{
    /// <summary>The most processes that one machine may be asked for.</summary>
    public const int MaxPerNode = 256;

    /// <summary>Asks a process to save and end; <c>mpirun</c> hands it on, while at SIGTERM it kills them within a second.</summary>
    public const PosixSignal StopSignal = (PosixSignal)Signals.User1;

    private const string Command = "mpirun";
    private static readonly TimeSpan s_echo = TimeSpan.FromSeconds(1);

    private readonly MpirunLog _read = new();
    private Process? _process;
    private int _signal;
    private long _signalled;

    /// <summary>Whether Open MPI's environment names a hostfile, as Kubeflow's MPIJob does: there are machines besides this one.</summary>
    public static bool HasHostfile => Environment.GetEnvironmentVariable("OMPI_MCA_orte_default_hostfile") is not null || Environment.GetEnvironmentVariable("PRTE_MCA_prte_default_hostfile") is not null;

    /// <summary>How the first process that was killed has ended; null: none is known of.</summary>
    public string? Fate => _read.Fate;

    /// <summary>Whether this process was asked to stop, and the processes by it.</summary>
    public bool WasStopped => _signal != 0;

    /// <summary>Runs to the end.</summary>
    /// <returns>0 where every process ended with 0; 128 + the signal that this process got; 1 where a process was killed; otherwise the code of the first that failed.</returns>
    /// <exception cref="UsageException">Open MPI is not installed.</exception>
    public int Run()
    {
        if (!IsInstalled())
            throw new UsageException("Training in several processes needs Open MPI's mpirun, which is not here; install the package openmpi-bin.");
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => HandOn(context, 2));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => HandOn(context, 15));
        var info = new ProcessStartInfo("setpriv", Arguments()) { RedirectStandardInput = true, RedirectStandardError = true };
        // This thread waits for the process that it starts: --pdeathsig is about the thread.
        using (_process = Process.Start(info)!)
        {
            _process.StandardInput.Close();
            while (_process.StandardError.ReadLine() is { } line)
                Write(_read.Pass(line));
            Write(_read.Rest());
            _process.WaitForExit();
            return _signal != 0 ? 128 + _signal : _process.ExitCode > 128 ? 1 : _process.ExitCode;
        }
    }

    // In a session of its own, because a terminal's Ctrl+C would reach mpirun as well, and ended with this process, even by SIGKILL.
    private List<string> Arguments() =>
    [
        "--pdeathsig", "TERM", "setsid", Command,
        .. Environment.IsPrivilegedProcess ? ["--allow-run-as-root"] : Array.Empty<string>(),
        "--map-by", $"ppr:{perNode}:node:OVERSUBSCRIBE", "--bind-to", "none",
        // Processes that wait leave the processor to others, who may be what they wait for.
        "--mca", "mpi_yield_when_idle", "1",
        // Their standard output is a terminal of mpirun's own, and .NET would send it control characters.
        "-x", "TERM=dumb",
        // What was said to this process of threads and of .NET holds on other machines, too.
        .. Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("OMP_", StringComparison.Ordinal) || name.StartsWith("DOTNET_", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).SelectMany(name => new[] { "-x", name }),
        .. hosts is null ? Array.Empty<string>() : ["--host", hosts],
        .. program,
    ];

    private void HandOn(PosixSignalContext context, int signal)
    {
        context.Cancel = true;
        var first = Interlocked.CompareExchange(ref _signal, signal, 0) == 0;
        if (first)
            _signalled = Stopwatch.GetTimestamp();
        else if (Stopwatch.GetElapsedTime(_signalled) < s_echo)
            return;
        if (_process is { HasExited: false } process)
            _ = Signals.Send(process.Id, first ? Signals.User1 : Signals.Terminate);
    }

    private void Write(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            log.WriteLine(line);
    }

    private static bool IsInstalled() =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(folder => File.Exists(Path.Combine(folder, Command)));
}
