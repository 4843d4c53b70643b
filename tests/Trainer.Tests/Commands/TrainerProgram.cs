using System.Diagnostics;

namespace FaceMix.Tests.Trainer.Commands;

/// <summary>The trainer as a person starts it: a process of its own.</summary>
internal sealed class TrainerProgram : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private readonly List<string> _heard = [];

    private TrainerProgram(IEnumerable<string> before, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        // Tests started in the background of a script ignore SIGINT, and what they start would inherit that.
        var info = new ProcessStartInfo("env", ["--default-signal=INT", .. before, "dotnet", Path.Combine(AppContext.BaseDirectory, "FaceMix.Trainer.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (name, value) in environment)
            info.Environment[name] = value;
        _process = Process.Start(info)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = ListenAsync();
    }

    public int Id => _process.Id;

    public static TrainerProgram Start(params string[] arguments) => new([], arguments, []);

    /// <summary>Starts it with variables in its environment.</summary>
    public static TrainerProgram Start(IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments) => new([], arguments, environment);

    /// <summary>Starts it by another program.</summary>
    /// <param name="before">The program, which gets the trainer's command line as its last arguments.</param>
    /// <param name="environment">Variables of its environment.</param>
    /// <param name="arguments">The trainer's.</param>
    public static TrainerProgram Start(IEnumerable<string> before, IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments) => new(before, arguments, environment);

    /// <summary>Starts it and waits until it is over.</summary>
    public static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using var program = Start(arguments);
        return program.Wait();
    }

    public void Signal(string name) => Signal(name, _process.Id);

    public static void Signal(string name, int process)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits until a line of standard error contains a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="times">In how many lines.</param>
    public void WaitFor(string text, int times = 1)
    {
        var begun = Stopwatch.GetTimestamp();
        lock (_heard)
        {
            while (_heard.Count(line => line.Contains(text, StringComparison.Ordinal)) < times)
            {
                if (_error.IsCompleted || Stopwatch.GetElapsedTime(begun) > s_patience)
                    throw new TimeoutException($"The trainer did not say \"{text}\": {string.Join('\n', _heard)}");
                Monitor.Wait(_heard, TimeSpan.FromMilliseconds(500));
            }
        }
    }

    public (int ExitCode, string Output, string Error) Wait()
    {
        if (!_process.WaitForExit(s_patience))
            throw new TimeoutException($"The trainer has not ended after {s_patience}.");
        return (_process.ExitCode, _output.Result, _error.Result);
    }

    private async Task<string> ListenAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_heard)
            {
                _heard.Add(line);
                Monitor.PulseAll(_heard);
            }
        }
        lock (_heard)
            return string.Join('\n', _heard);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
