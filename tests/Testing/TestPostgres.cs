using Testcontainers.PostgreSql;
using Xunit;

namespace FaceMix.Tests;

/// <summary>
/// PostgreSQL with pgvector for one test run: a container of the image that environment variable
/// <c>FACEMIX_POSTGRES_IMAGE</c> names, or else this machine's own (<see cref="LocalPostgres"/>). <c>./facemix test</c> sets
/// the variable where an engine and the image are at hand, and otherwise prints why it does not.
/// </summary>
public sealed class TestPostgres : IAsyncLifetime
{
    private readonly LocalPostgres? _local;
    private readonly PostgreSqlContainer? _container;

    public TestPostgres()
    {
        if (Image is null)
        {
            _local = new LocalPostgres();
            return;
        }
        _container = new PostgreSqlBuilder(Image)
            // The same port again after a stop: whoever has lost the database looks for it where it was.
            .WithPortBinding(LocalPostgres.FreePort(), PostgreSqlBuilder.PostgreSqlPort)
            .WithCreateParameterModifier(parameters =>
            {
                // PostgreSQL's fast shutdown, which does not wait for clients to leave.
                parameters.StopSignal = "SIGINT";
                foreach (var binding in parameters.HostConfig!.PortBindings!.Values.SelectMany(each => each))
                    binding.HostIP = "127.0.0.1";
            })
            .Build();
    }

    /// <summary>The image that containers are made of; null when none is wanted.</summary>
    public static string? Image { get; } = Environment.GetEnvironmentVariable("FACEMIX_POSTGRES_IMAGE") is { Length: > 0 } image ? image : null;

    /// <summary>What Npgsql needs to come in as the owner of the database; empty before the start.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (_local is not null)
        {
            await _local.InitializeAsync();
            ConnectionString = _local.ConnectionString;
            return;
        }
        await _container!.StartAsync();
        // Before any test has a schema of its own, or that one would hold the extension and the others would not find it.
        var made = await _container.ExecScriptAsync("CREATE EXTENSION vector");
        Assert.True(made.ExitCode == 0, made.Stderr);
        ConnectionString = _container.GetConnectionString();
    }

    /// <summary>Starts the server, as the first time or after <see cref="StopAsync"/>.</summary>
    public Task StartAsync() => _local?.StartAsync() ?? _container!.StartAsync();

    /// <summary>Stops the server; its data stay.</summary>
    public Task StopAsync() => _local?.StopAsync() ?? _container!.StopAsync();

    /// <inheritdoc/>
    public Task DisposeAsync() => _local?.DisposeAsync() ?? _container!.DisposeAsync().AsTask();
}
