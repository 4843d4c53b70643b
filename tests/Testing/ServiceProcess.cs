using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace FaceMix.Tests;

/// <summary>A service as a process of its own, on free ports of loopback, until it is disposed of.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(15);
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly string name;
    private readonly Process process;
    private readonly StringBuilder log = new();

    private ServiceProcess(string program, int grpcPort, int httpPort, string[] arguments)
    {
        name = Path.GetFileNameWithoutExtension(program);
        Grpc = new Uri($"http://127.0.0.1:{grpcPort}");
        Http = new Uri($"http://127.0.0.1:{httpPort}");
        var start = new ProcessStartInfo("dotnet",
            [program, $"--Bind:GrpcPort={Text(grpcPort)}", $"--Bind:HttpPort={Text(httpPort)}", .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(program),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Grpc { get; }

    public Uri Http { get; }

    public bool HasExited => process.HasExited;

    public int Id => process.Id;

    /// <summary>A service's or the trainer's program, from the same kind of build as these tests ("bin/Release/net10.0").</summary>
    public static string PathOf(string project)
    {
        var build = AppContext.BaseDirectory[(AppContext.BaseDirectory.LastIndexOf("/bin/", StringComparison.Ordinal) + 1)..];
        return Repository.PathOf("services", project, build, $"FaceMix.{project}.dll");
    }

    /// <summary>Starts and waits until <c>/readyz</c> says yes.</summary>
    /// <param name="name">The project's name under services/.</param>
    /// <param name="httpPort">0 takes a free one.</param>
    /// <param name="arguments">Configuration, as <c>--Key:Name=value</c>.</param>
    public static Task<ServiceProcess> StartAsync(string name, int httpPort, params string[] arguments) => StartProgramAsync(PathOf(name), httpPort, arguments);

    /// <summary>As <see cref="StartAsync"/>, of another build.</summary>
    /// <param name="program">The assembly.</param>
    /// <param name="httpPort">0 takes a free one.</param>
    /// <param name="arguments">Configuration, as <c>--Key:Name=value</c>.</param>
    public static async Task<ServiceProcess> StartProgramAsync(string program, int httpPort, params string[] arguments)
    {
        var service = new ServiceProcess(program, LocalPostgres.FreePort(), httpPort == 0 ? LocalPostgres.FreePort() : httpPort, arguments);
        try
        {
            await service.WaitUntilReadyAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    private async Task WaitUntilReadyAsync()
    {
        var patience = Stopwatch.StartNew();
        var answer = "no answer";
        while (patience.Elapsed < ReadyWithin && !process.HasExited)
        {
            try
            {
                using var response = await Client.GetAsync(new Uri(Http, "/readyz"));
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
                answer = await response.Content.ReadAsStringAsync();
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
            {
                answer = notYet.Message;
            }
            await Task.Delay(100);
        }
        // Its last lines may be on their way still.
        if (process.HasExited)
            await process.WaitForExitAsync();
        throw new InvalidOperationException($"{name} {(process.HasExited ? "ended" : "was not ready")}: {answer}\n{Log}");
    }

    /// <summary>What it has written so far.</summary>
    public string Log
    {
        get
        {
            lock (log)
                return log.ToString();
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (log)
            log.AppendLine(line.Data);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Tells it to stop as an operator does, by SIGTERM, and waits for nothing.</summary>
    public void Terminate() => Process.Start("kill", [Text(process.Id)]).WaitForExit();

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code; then <see cref="Log"/> is whole.</returns>
    public async Task<int> ExitCodeAsync(TimeSpan limit)
    {
        await process.WaitForExitAsync().WaitAsync(limit);
        return process.ExitCode;
    }

    /// <summary>Stops it as an operator does: SIGTERM and time to finish, and only then by force.</summary>
    public async Task StopAsync()
    {
        if (process.HasExited)
            return;
        Terminate();
        using var patience = new CancellationTokenSource(StopWithin);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process.Dispose();
    }
}
