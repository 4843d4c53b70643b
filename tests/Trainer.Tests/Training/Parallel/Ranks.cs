using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FaceMix.Tests.Trainer.Training.Parallel;

/// <summary>Runs <see cref="RankProgram"/> in several processes, or in one without MPI.</summary>
internal static class Ranks
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    /// <summary>What every rank has written, in the order of the ranks.</summary>
    /// <param name="size">How many processes; 0: one that knows nothing of MPI.</param>
    /// <param name="arguments">The work and what it takes.</param>
    public static double[][] Run(int size, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var output = folder.File("numbers");
        var (code, said) = Start(size, [.. arguments, output]);
        if (code != 0)
            throw new InvalidOperationException($"{string.Join(' ', arguments)} in {size} processes ended with {code}: {said}");
        return [.. Enumerable.Range(0, Math.Max(size, 1)).Select(rank => MemoryMarshal.Cast<byte, double>(File.ReadAllBytes($"{output}.{rank}")).ToArray())];
    }

    /// <summary>Exit code and everything that was said.</summary>
    public static (int Code, string Said) Start(int size, params string[] arguments)
    {
        string[] program = ["dotnet", typeof(Ranks).Assembly.Location, .. arguments];
        string[] launcher = size == 0 ? [] : ["mpirun", "-n", $"{size}", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1"];
        string[] all = [.. launcher, .. program];
        using var process = Process.Start(new ProcessStartInfo(all[0], all[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, Environment = { ["OMP_NUM_THREADS"] = "1" } })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', arguments)} in {size} processes has not ended after {s_patience}.");
        }
        return (process.ExitCode, output.Result + error.Result);
    }
}
