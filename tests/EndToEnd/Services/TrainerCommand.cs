using System.Diagnostics;

namespace FaceMix.Tests.EndToEnd;

/// <summary>Runs a command of the trainer to its end.</summary>
internal static class TrainerCommand
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(5);

    /// <exception cref="InvalidOperationException">It ended with another exit code than 0; the message has what it said.</exception>
    public static async Task RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [ServiceProcess.PathOf("Trainer"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // One thread: beside the tests' other processes, spinning ones cost more than they gain.
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Within);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"trainer {string.Join(' ', arguments)} took longer than {Within}.");
        }
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"trainer {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
    }
}
