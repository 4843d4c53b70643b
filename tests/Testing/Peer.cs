using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace FaceMix.Tests;

/// <summary>Another implementation of gRPC, run as a program of its own.</summary>
public static class Peer
{
    public static ProcessStartInfo Start(string program, params string[] arguments) => new(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    /// <summary>Runs it to its end and reads the JSON it prints.</summary>
    public static async Task<JsonElement> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(Start(program, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}{await output}");
        return JsonDocument.Parse(await output).RootElement;
    }

    /// <summary>Runs it and gives its lines as they come; it is killed when the caller stops reading.</summary>
    public static async IAsyncEnumerable<string> LinesAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(Start(program, arguments))!;
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
                yield return line;
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    public static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}

/// <summary>Node with what npm ci brings.</summary>
public sealed class NeedsNodeAttribute() : NeedsAttribute(Missing)
{
    /// <summary>What is missing, as a sentence; null when nothing is.</summary>
    public static string? Missing { get; } =
        Peer.IsOnPath("node") && Directory.Exists(Repository.PathOf("node_modules")) ? null : "Node or node_modules is missing: ./facemix test installs them.";
}
