using System.Diagnostics;
using System.Text.Json;

namespace FaceMix.Tests.Interop;

/// <summary>
/// Another implementation of gRPC, run as a program of its own. A client reads the name of a case from each line of its
/// input and answers with a line of JSON: null, or what went wrong. A server prints its port and ends with its input.
/// </summary>
internal sealed class Peer : IAsyncDisposable
{
    public const string Python = "/usr/bin/python3";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Process process;
    private readonly Task<string> errors;

    private Peer(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        process = Process.Start(start)!;
        errors = process.StandardError.ReadToEndAsync();
    }

    public static Peer Node(string script, params string[] arguments) =>
        new(new ProcessStartInfo("node", [Script(script), Repository.Root, Repository.PathOf("tests", "Interop.Tests", "proto"), .. arguments]));

    public static Peer PythonProgram(string script, string stubs, params string[] arguments) =>
        new(new ProcessStartInfo(Python, [Script(script), .. arguments]) { Environment = { ["PYTHONPATH"] = stubs, ["PYTHONDONTWRITEBYTECODE"] = "1" } });

    /// <summary>Debian's protoc and its plugin make them anew, so that they fit the grpcio that is installed.</summary>
    public static async Task WriteStubsAsync(string folder)
    {
        var proto = Repository.PathOf("tests", "Interop.Tests", "proto");
        using var protoc = Process.Start(new ProcessStartInfo(
            "/usr/bin/protoc",
            [
                "--proto_path", proto, "--python_out", folder, "--grpc_python_out", folder,
                "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", .. Directory.GetFiles(proto, "*.proto"),
            ]))!;
        await protoc.WaitForExitAsync();
        Assert.Equal(0, protoc.ExitCode);
    }

    public async Task<int> PortAsync() => int.Parse(await ReadLineAsync());

    public async Task RunAsync(string name)
    {
        await process.StandardInput.WriteLineAsync(name);
        var wrong = JsonSerializer.Deserialize<string?>(await ReadLineAsync());
        Assert.True(wrong is null, wrong);
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        process.Dispose();
    }

    private static string Script(string name) => Repository.PathOf("tests", "Interop.Tests", "peers", name);

    private async Task<string> ReadLineAsync()
    {
        string? line = null;
        try
        {
            line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }
        return line ?? throw new InvalidOperationException($"{process.StartInfo.FileName} gave no answer: {await errors}");
    }
}
