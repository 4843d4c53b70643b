using System.Diagnostics;
using System.Text.Json;
using FaceMix.Tests;

namespace FaceMix.Benchmarks.Rpc;

/// <summary>Whose program it is.</summary>
internal enum Kind
{
    FaceMix,
    Node,
    Cpp,
}

/// <summary>A server or a client in a process of its own, which is asked by lines.</summary>
internal sealed class Worker : IDisposable
{
    private readonly Process process;

    private Worker(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        process = Process.Start(start)!;
    }

    /// <summary>Of a server: where it listens.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Of all its threads so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static Worker Server(Kind kind)
    {
        var server = new Worker(Start(kind, "server", EchoServer.Verb));
        server.Address = $"127.0.0.1:{server.Read()}";
        return server;
    }

    public static Worker Client(Kind kind, Worker server) => new(Start(kind, "client", LoadClient.Verb, server.Address));

    public Load Measure(Scenario scenario, int milliseconds) =>
        JsonSerializer.Deserialize<Load>(Ask($"{scenario.Kind} {scenario.Size} {scenario.Callers} {milliseconds}"))!;

    /// <summary>Bytes that a server has allocated; 0 where it does not know.</summary>
    public long Allocated() => long.Parse(Ask("?"));

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(5)))
            process.Kill();
        process.Dispose();
    }

    private static ProcessStartInfo Start(Kind kind, string program, params string[] arguments) => kind switch
    {
        Kind.FaceMix => new("dotnet", [typeof(Worker).Assembly.Location, .. arguments]),
        Kind.Node => new("node", [Repository.PathOf("benchmarks", "Rpc", "node", program + ".mjs"), Repository.Root, .. arguments[1..]]),
        _ => new(CppPrograms.PathOf(program), arguments[1..]),
    };

    private string Ask(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
        return Read();
    }

    private string Read() => process.StandardOutput.ReadLine()
        ?? throw new InvalidOperationException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} ended early; see above.");
}
