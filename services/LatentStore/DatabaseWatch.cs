using FaceMix.LatentStore.Schema;
using FaceMix.ServiceDefaults;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FaceMix.LatentStore;

/// <summary>
/// Brings the schema up to date as soon as the database answers, then asks it every few seconds how many latents it
/// holds, and so whether it still answers. The service runs meanwhile, and says in /readyz what it waits for.
/// </summary>
public sealed class DatabaseWatch : BackgroundService
{
    private const string Part = "database";
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(2);

    private readonly NpgsqlDataSource _database;
    private readonly Migrator _migrator;
    private readonly Readiness _readiness;
    private readonly StoreMetrics _metrics;
    private readonly TimeSpan _maxRetryDelay;
    private readonly TimeProvider _time;
    private readonly ILogger<DatabaseWatch> _logger;

    public DatabaseWatch(
        NpgsqlDataSource database,
        Migrator migrator,
        Readiness readiness,
        StoreMetrics metrics,
        IOptions<StoreOptions> options,
        TimeProvider time,
        ILogger<DatabaseWatch> logger)
    {
        _database = database;
        _migrator = migrator;
        _readiness = readiness;
        _metrics = metrics;
        _maxRetryDelay = options.Value.MaxRetryDelay;
        _time = time;
        _logger = logger;
        readiness.Require(Part, "not asked yet");
    }

    /// <summary>The schema is this program's: calls may go to the database.</summary>
    public bool HasSchema { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var delay = FirstRetryDelay;
        while (!stoppingToken.IsCancellationRequested)
        {
            if (await TryAsync(HasSchema ? PingAsync : MigrateAsync, stoppingToken))
            {
                _readiness.SetReady(Part);
                delay = FirstRetryDelay;
                await DelayAsync(PingInterval, stoppingToken);
            }
            else
            {
                await DelayAsync(delay, stoppingToken);
                delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, _maxRetryDelay.Ticks));
            }
        }
    }

    /// <summary>Ends early, and without an error, when the service stops.</summary>
    private async Task DelayAsync(TimeSpan delay, CancellationToken stoppingToken) =>
        await Task.Delay(delay, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<bool> TryAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await work(stoppingToken);
            return true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; the loop sees it.
        }
        catch (SchemaException problem)
        {
            Log.SchemaRefused(_logger, problem.Message);
            _readiness.SetNotReady(Part, problem.Message);
        }
        catch (Exception problem) when (problem is NpgsqlException or TimeoutException)
        {
            _readiness.SetNotReady(Part, problem.Message);
        }
        return false;
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        var applied = await _migrator.ApplyAsync(cancellationToken);
        if (applied.Count > 0)
            Log.SchemaMigrated(_logger, string.Join(", ", applied));
        HasSchema = true;
        await PingAsync(cancellationToken);
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("SELECT coalesce(sum(latents), 0)::bigint FROM model_versions");
        _metrics.Rows((long)(await command.ExecuteScalarAsync(cancellationToken))!);
    }
}
