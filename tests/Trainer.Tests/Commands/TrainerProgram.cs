using System.Diagnostics;

namespace FaceMix.Tests.Trainer.Commands;

/// <summary>The trainer as a person starts it: a process of its own.</summary>
internal sealed class TrainerProgram : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private TrainerProgram(IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FaceMix.Trainer.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["OMP_NUM_THREADS"] = "1";
        _process = Process.Start(info)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public static TrainerProgram Start(params string[] arguments) => new(arguments);

    /// <summary>Starts it and waits until it is over.</summary>
    public static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using var program = Start(arguments);
        return program.Wait();
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public (int ExitCode, string Output, string Error) Wait()
    {
        if (!_process.WaitForExit(s_patience))
            throw new TimeoutException($"The trainer has not ended after {s_patience}.");
        return (_process.ExitCode, _output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
