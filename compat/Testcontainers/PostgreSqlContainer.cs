using System.Globalization;

namespace Testcontainers.PostgreSql;

/// <summary>A PostgreSQL in a container of its own, on a free port of loopback, removed when disposed of.</summary>
public sealed class PostgreSqlContainer : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenAsking = TimeSpan.FromMilliseconds(200);

    private readonly PostgreSqlConfiguration _configuration;
    private string? _id;
    private ushort _port;

    internal PostgreSqlContainer(PostgreSqlConfiguration configuration) => _configuration = configuration;

    /// <exception cref="InvalidOperationException">The container has not been started.</exception>
    public string Id => _id ?? throw new InvalidOperationException("The container has not been started.");

    public string Hostname => "127.0.0.1";

    /// <summary>Creates the container the first time, starts it, and waits until PostgreSQL takes connections.</summary>
    /// <exception cref="InvalidOperationException">There is no docker command, or the engine refused; the message is the engine's.</exception>
    /// <exception cref="TimeoutException">PostgreSQL was not ready within a minute.</exception>
    public async Task StartAsync(CancellationToken ct = default)
    {
        _id ??= await DockerCommand.RunAsync(CreateArguments(), Environment(), ct).ConfigureAwait(false);
        await DockerCommand.RunAsync(["start", _id], ct).ConfigureAwait(false);
        _port = await MappedPortAsync(_id, ct).ConfigureAwait(false);
        await UntilReadyAsync(_id, ct).ConfigureAwait(false);
    }

    public async Task StopAsync(CancellationToken ct = default)
    {
        if (_id is not null)
            await DockerCommand.RunAsync(["stop", _id], ct).ConfigureAwait(false);
    }

    /// <exception cref="InvalidOperationException">The container has not been started, or it is not PostgreSQL's port.</exception>
    public ushort GetMappedPublicPort(int containerPort) =>
        _port != 0 && containerPort == PostgreSqlBuilder.PostgreSqlPort
            ? _port
            : throw new InvalidOperationException($"Exposed port {containerPort} is not mapped.");

    /// <summary>In Npgsql's form.</summary>
    public string GetConnectionString() => string.Join(
        ';',
        $"Host={Hostname}",
        $"Port={GetMappedPublicPort(PostgreSqlBuilder.PostgreSqlPort)}",
        $"Database={_configuration.Database}",
        $"Username={_configuration.Username}",
        $"Password={_configuration.Password}");

    public async ValueTask DisposeAsync()
    {
        if (_id is null)
            return;
        await DockerCommand.RunAsync(["rm", "--force", "--volumes", _id], CancellationToken.None).ConfigureAwait(false);
        _id = null;
        _port = 0;
    }

    // Nothing of a test's data must last, so nothing is synced to disk. The password goes by the environment
    // of the docker command, not by its arguments, which every user of the machine can read.
    private string[] CreateArguments() =>
    [
        "create", "--publish", $"{Hostname}::{PostgreSqlBuilder.PostgreSqlPort}",
        "--env", "POSTGRES_DB", "--env", "POSTGRES_USER", "--env", "POSTGRES_PASSWORD",
        _configuration.Image,
        "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
    ];

    private Dictionary<string, string> Environment() => new()
    {
        ["POSTGRES_DB"] = _configuration.Database,
        ["POSTGRES_USER"] = _configuration.Username,
        ["POSTGRES_PASSWORD"] = _configuration.Password,
    };

    private static async Task<ushort> MappedPortAsync(string id, CancellationToken ct)
    {
        // "127.0.0.1:49153", one line an address.
        var answer = await DockerCommand.RunAsync(["port", id, $"{PostgreSqlBuilder.PostgreSqlPort}/tcp"], ct).ConfigureAwait(false);
        var line = answer.Split('\n')[0];
        return ushort.TryParse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture, out var port)
            ? port
            : throw new InvalidOperationException($"docker port answered '{answer}'.");
    }

    private async Task UntilReadyAsync(string id, CancellationToken ct)
    {
        // By TCP: the image's first run starts a server that listens on its socket only.
        string[] ask = ["exec", id, "pg_isready", "--host", "localhost", "--dbname", _configuration.Database, "--username", _configuration.Username];
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(ReadyWithin);
        while (!await DockerCommand.SucceedsAsync(ask, ct).ConfigureAwait(false))
        {
            try
            {
                await Task.Delay(BetweenAsking, deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw new TimeoutException($"PostgreSQL in {_configuration.Image} was not ready within {ReadyWithin.TotalSeconds:0} s.");
            }
        }
    }
}
