using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FaceMix.Distributed.Peers;
using FaceMix.Distributed.Rendezvous;

namespace FaceMix.Distributed.Launching;

/// <summary>
/// Starts a program several times on this machine as one group, as torchrun does, and looks after the processes: rank 0
/// keeps this process's output, the others' lines say their rank; signals are handed on; when one fails, the others are told.
/// </summary>
/// <param name="processes">How many.</param>
/// <param name="program">What to start.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="log">Takes the lines of ranks other than 0, and what there is to say about the group.</param>
public sealed partial class LocalLaunch(int processes, string program, IReadOnlyList<string> arguments, TextWriter log)
{
    /// <summary>The most processes that one machine may be asked for.</summary>
    public const int MaxProcesses = 256;

    /// <summary>Set in the processes that this class starts.</summary>
    public const string Mark = "FACEMIX_LAUNCHED";

    private const string Host = "127.0.0.1";
    private static readonly TimeSpan s_toEndByThemselves = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan s_toEndWhenAsked = TimeSpan.FromSeconds(10);

    private readonly Lock _writing = new();
    private readonly Process?[] _started = new Process?[processes];
    private readonly CancellationTokenSource _failed = new();
    private int _signal;

    /// <summary>Runs the group to its end.</summary>
    /// <returns>0 where every process ended with 0; 128 + the signal that this process got; otherwise the code of the first that failed.</returns>
    public async Task<int> RunAsync()
    {
        using var store = KeyStore.Serve(Host, 0, PeerKeys.Prefix(0));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => HandOn(context, 2));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => HandOn(context, 15));
        var ends = new List<Task<(int Rank, int Code)>>();
        try
        {
            for (var rank = 0; rank < processes; rank++)
                ends.Add(EndOf(rank, Start(rank, store.Port)));
            return await OversightAsync(store, ends);
        }
        finally
        {
            Signal(9);
            foreach (var process in _started)
                process?.Dispose();
            _failed.Dispose();
        }
    }

    private async Task<int> OversightAsync(KeyStore store, List<Task<(int Rank, int Code)>> ends)
    {
        var first = 0;
        var impatience = Task.CompletedTask;
        while (ends.Count > 0)
        {
            var end = await Task.WhenAny(ends);
            ends.Remove(end);
            var (rank, code) = await end;
            if (code == 0 || first != 0)
                continue;
            first = code > 128 ? 1 : code;
            var fate = FateOf(code);
            PeerWatch.Report(store, rank, fate);
            if (_signal == 0)
                Say($"Rank {rank} (process {_started[rank]!.Id}) {fate}{(ends.Count > 0 ? "; the others stop" : string.Empty)}.");
            impatience = EndOthersAsync();
        }
        await _failed.CancelAsync();
        await impatience;
        return _signal != 0 ? 128 + _signal : first;
    }

    private static string FateOf(int code) => code switch
    {
        128 + 9 => "was killed by signal 9 (SIGKILL)",
        > 128 and < 128 + 65 => $"was killed by signal {code - 128}",
        _ => $"ended with exit code {code}",
    };

    private async Task EndOthersAsync()
    {
        try
        {
            await Task.Delay(s_toEndByThemselves, _failed.Token);
            Signal(15);
            await Task.Delay(s_toEndWhenAsked, _failed.Token);
            Signal(9);
        }
        catch (OperationCanceledException)
        {
            // All have ended.
        }
    }

    private Process Start(int rank, int port)
    {
        var apart = rank > 0;
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = apart, RedirectStandardError = apart };
        foreach (var (name, value) in new (string, string)[]
        {
            (Mark, "1"), ("RANK", Text(rank)), ("LOCAL_RANK", Text(rank)), ("WORLD_SIZE", Text(processes)), ("LOCAL_WORLD_SIZE", Text(processes)),
            ("GROUP_RANK", "0"), ("MASTER_ADDR", Host), ("MASTER_PORT", Text(port)),
            ("TORCHELASTIC_USE_AGENT_STORE", bool.TrueString), ("TORCHELASTIC_RESTART_COUNT", "0"),
        })
            info.Environment[name] = value;
        // Processes that share cores must not each take all of them, nor spin while they wait.
        info.Environment.TryAdd("OMP_NUM_THREADS", "1");
        info.Environment.TryAdd("OMP_WAIT_POLICY", "passive");
        var process = Process.Start(info)!;
        if (apart)
        {
            process.OutputDataReceived += (_, line) => Hand(rank, line.Data);
            process.ErrorDataReceived += (_, line) => Hand(rank, line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }
        _started[rank] = process;
        // A signal that came while this one was being started was not handed to it.
        if (Volatile.Read(ref _signal) is var signal and not 0)
            _ = Kill(process.Id, signal);
        return process;
    }

    private static async Task<(int Rank, int Code)> EndOf(int rank, Process process)
    {
        await process.WaitForExitAsync();
        return (rank, process.ExitCode);
    }

    private void Hand(int rank, string? line)
    {
        if (line is not null)
            Say($"[rank {rank}] {line}");
    }

    private void Say(string line)
    {
        lock (_writing)
            log.WriteLine(line);
    }

    private void HandOn(PosixSignalContext context, int signal)
    {
        context.Cancel = true;
        Volatile.Write(ref _signal, signal);
        Signal(signal);
    }

    private void Signal(int signal)
    {
        foreach (var process in _started)
        {
            if (process is { HasExited: false })
                _ = Kill(process.Id, signal);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
