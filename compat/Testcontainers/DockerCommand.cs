using System.ComponentModel;
using System.Diagnostics;

namespace Testcontainers.PostgreSql;

/// <summary>The docker command line, which knows where its engine is.</summary>
internal static class DockerCommand
{
    /// <returns>Standard output without white space around it.</returns>
    /// <exception cref="InvalidOperationException">There is no docker command, or it failed; the message is docker's.</exception>
    public static Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken ct) =>
        RunAsync(arguments, new Dictionary<string, string>(), ct);

    /// <param name="arguments">What follows "docker".</param>
    /// <param name="environment">Added to this process's own.</param>
    /// <param name="ct">Ends the command.</param>
    public static async Task<string> RunAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken ct)
    {
        var (code, output, error) = await ExecuteAsync(arguments, environment, ct).ConfigureAwait(false);
        return code == 0 ? output.Trim() : throw new InvalidOperationException($"docker {arguments[0]} failed: {error.Trim()}");
    }

    public static async Task<bool> SucceedsAsync(IReadOnlyList<string> arguments, CancellationToken ct) =>
        (await ExecuteAsync(arguments, new Dictionary<string, string>(), ct).ConfigureAwait(false)).Code == 0;

    private static async Task<(int Code, string Output, string Error)> ExecuteAsync(
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken ct)
    {
        var info = new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            info.Environment[name] = value;
        using var process = Start(info);
        try
        {
            var error = process.StandardError.ReadToEndAsync(ct);
            var output = await process.StandardOutput.ReadToEndAsync(ct).ConfigureAwait(false);
            await process.WaitForExitAsync(ct).ConfigureAwait(false);
            return (process.ExitCode, output, await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception problem)
        {
            throw new InvalidOperationException("There is no docker command on this machine.", problem);
        }
    }
}
