using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace FaceMix.Tests;

/// <summary>A program that must refuse to start, run as a process of its own.</summary>
public static class FailingStart
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Checks that it ends with exit code 1 and one line on standard error, which is a sentence and no stack trace.</summary>
    /// <returns>The sentence.</returns>
    public static async Task<string> SentenceOfAsync(Assembly program, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 1, $"Exit code {process.ExitCode}: {await errors}{output}");
            return Assert.Single((await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
