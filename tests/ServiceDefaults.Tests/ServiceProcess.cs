using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace FaceMix.Tests.Services;

/// <summary>The service of <c>Program.cs</c> as a process of its own.</summary>
internal sealed partial class ServiceProcess : IDisposable
{
    private const string Signal = "TERM";
    private readonly Process process;
    private readonly StringBuilder output;

    private ServiceProcess(Process process, StringBuilder output, Uri grpc)
    {
        (this.process, this.output) = (process, output);
        Grpc = grpc;
    }

    public Uri Grpc { get; }

    public bool HasLeft => process.HasExited;

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    public static async Task<ServiceProcess> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServiceProcess).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        var output = new StringBuilder();
        var listens = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Take(string? line)
        {
            lock (output)
                output.AppendLine(line);
            if (line is not null && Listening().Match(line) is { Success: true } match)
                listens.TrySetResult(new Uri(match.Groups[1].Value));
        }
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.Exited += (_, _) => listens.TrySetException(new InvalidOperationException($"The service left: {output}"));
        process.EnableRaisingEvents = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return new ServiceProcess(process, output, await listens.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public void Terminate() => Process.Start("kill", [$"-{Signal}", $"{process.Id}"]).WaitForExit();

    public async Task<int> LeftAsync(TimeSpan limit)
    {
        await process.WaitForExitAsync().WaitAsync(limit);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    [GeneratedRegex(@"listens on ""?(http://\S+?)[\s""]")]
    private static partial Regex Listening();
}
