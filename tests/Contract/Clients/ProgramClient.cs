using System.Diagnostics;
using System.Text.Json;

namespace FaceMix.Tests.Contract.Clients;

/// <summary>A client that is a program: it reads a case's name from each line of its input and answers with a line of JSON.</summary>
internal sealed class ProgramClient : IClient
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Process process;
    private readonly Task<string> errors;

    private ProgramClient(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        process = Process.Start(start)!;
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <param name="arguments">The services' addresses and the file with google.rpc.</param>
    public static ProgramClient Node(params string[] arguments) => new(new ProcessStartInfo("node", [Script("client.mjs"), .. arguments, Repository.Root]));

    /// <param name="stubs">A folder for the stubs, which Debian's protoc makes, so that they fit the grpcio that is installed.</param>
    /// <param name="arguments">The services' addresses and the file with google.rpc.</param>
    public static async Task<ProgramClient> PythonAsync(string stubs, params string[] arguments)
    {
        var protos = Repository.PathOf("protos");
        using var protoc = Process.Start(new ProcessStartInfo("/usr/bin/protoc",
        [
            "--proto_path", protos, "--python_out", stubs, "--grpc_python_out", stubs, "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
            .. Directory.GetFiles(Path.Combine(protos, "facemix"), "*.proto", SearchOption.AllDirectories),
        ]))!;
        await protoc.WaitForExitAsync();
        Assert.Equal(0, protoc.ExitCode);
        return new(new ProcessStartInfo("/usr/bin/python3", [Script("client.py"), .. arguments])
        {
            Environment = { ["PYTHONPATH"] = stubs, ["PYTHONDONTWRITEBYTECODE"] = "1" },
        });
    }

    public async Task<string?> RunAsync(string name)
    {
        string? line = null;
        try
        {
            await process.StandardInput.WriteLineAsync(name);
            line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        }
        catch (Exception failure) when (failure is TimeoutException or IOException)
        {
            process.Kill(entireProcessTree: true);
        }
        return line is null ? $"{process.StartInfo.FileName} gave no answer: {await errors}" : JsonSerializer.Deserialize<string?>(line);
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }
        process.Dispose();
    }

    private static string Script(string name) => Repository.PathOf("tests", "Contract", "peers", name);
}
