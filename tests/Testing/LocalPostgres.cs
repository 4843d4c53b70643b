using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace FaceMix.Tests;

/// <summary>
/// A PostgreSQL with pgvector for one test run: a folder of its own, a free port, nothing synced to disk.
/// Collection fixture; where the programs are missing it starts nothing, because then every test is skipped.
/// </summary>
public sealed class LocalPostgres : IAsyncLifetime
{
    private const string FolderPrefix = "facemix-postgres-";
    private static readonly string Script = Repository.PathOf("deploy", "local", "postgres.sh");

    private readonly string _folder = Path.Combine(Path.GetTempPath(), FolderPrefix + Environment.ProcessId);
    private readonly int _port = FreePort();

    /// <summary>What Npgsql needs to come in as the owner of the database.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (NeedsPostgresAttribute.Missing is not null)
            return;
        RemoveLeftovers();
        // Readable by all: the server's user must be able to walk into it when the tests run as root.
        Directory.CreateDirectory(_folder);
        await StartAsync();
        ConnectionString = (await RunAsync("connection")).Trim();
    }

    /// <summary>Starts the server, as the first time or after <see cref="StopAsync"/>.</summary>
    public Task StartAsync() => RunAsync("start", "fsync=off", "synchronous_commit=off", "full_page_writes=off");

    /// <summary>Stops the server; its data stay.</summary>
    public Task StopAsync() => RunAsync("stop");

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (ConnectionString.Length == 0)
            return;
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A port of loopback that nothing listens on right now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Task<string> RunAsync(string verb, params string[] settings) => RunAsync(verb, _folder, _port, settings);

    private static async Task<string> RunAsync(string verb, string folder, int port, params string[] settings)
    {
        var info = new ProcessStartInfo("bash", [Script, verb, folder, port.ToString(CultureInfo.InvariantCulture), .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"postgres.sh {verb} ended with {process.ExitCode}: {await error}");
    }

    /// <summary>A test run that was killed leaves its server behind; the next one puts that away.</summary>
    private static void RemoveLeftovers()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), FolderPrefix + "*"))
        {
            var id = Path.GetFileName(folder)[FolderPrefix.Length..];
            if (!id.All(char.IsAsciiDigit) || Directory.Exists($"/proc/{id}"))
                continue;
            try
            {
                RunAsync("stop", folder, 1).GetAwaiter().GetResult();
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // Another user's, or another run is removing it at this moment.
            }
        }
    }
}
