using FaceMix.LatentStore.Migrations;
using FaceMix.ServiceDefaults;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FaceMix.LatentStore;

/// <summary>
/// Brings the schema up to date as soon as the database answers, then writes and reads every few seconds, and so sees whether it
/// still answers. The service runs meanwhile, and says in /readyz what it waits for.
/// </summary>
public sealed class DatabaseWatch : BackgroundService
{
    private const string Part = "database";
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(2);
    // Counting takes at most a fiftieth of the time.
    private const int CountShare = 50;
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    private readonly NpgsqlDataSource _database;
    private readonly Migrator _migrator;
    private readonly Readiness _readiness;
    private readonly StoreMetrics _metrics;
    private readonly TimeSpan _maxRetryDelay;
    private readonly TimeProvider _time;
    private readonly ILogger<DatabaseWatch> _logger;
    private readonly TaskCompletionSource _schema = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _pruned;
    private long _counted;
    private long _countedRevisions = -1;
    private TimeSpan _countPause;

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
    public bool HasSchema => _schema.Task.IsCompleted;

    /// <summary>Completes when the schema is this program's.</summary>
    public Task SchemaAsync(CancellationToken cancellationToken) => _schema.Task.WaitAsync(cancellationToken);

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
        _schema.TrySetResult();
        await PingAsync(cancellationToken);
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        // A write, because calls write: a database that takes none is not ready.
        await RunAsync(
            "INSERT INTO heartbeat (beaten_at) VALUES (now()) ON CONFLICT (only_row) DO UPDATE SET beaten_at = excluded.beaten_at", cancellationToken);
        await CountAsync(cancellationToken);
        if (_pruned is { } last && _time.GetElapsedTime(last) < PruneInterval)
            return;
        _pruned = _time.GetTimestamp();
        await RunAsync(
            """
            WITH old AS (DELETE FROM deletions WHERE deleted_at < now() - interval '1 day' RETURNING space_id, revision)
            UPDATE latent_spaces s SET deletions_from = o.revision
            FROM (SELECT space_id, max(revision) AS revision FROM old GROUP BY space_id) o
            WHERE s.id = o.space_id AND s.deletions_from < o.revision
            """,
            cancellationToken);
    }

    /// <summary>Counts the faces after a change; the longer it takes, the more rarely.</summary>
    private async Task CountAsync(CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(_counted) < _countPause)
            return;
        var revisions = (long)(await AskAsync("SELECT coalesce(sum(revision), 0)::bigint FROM latent_spaces", cancellationToken))!;
        if (revisions == _countedRevisions)
            return;
        _counted = _time.GetTimestamp();
        _metrics.Rows((long)(await AskAsync("SELECT count(*) FROM latents", cancellationToken))!);
        (_countedRevisions, _countPause) = (revisions, CountShare * _time.GetElapsedTime(_counted));
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken) => await AskAsync(sql, cancellationToken);

    private async Task<object?> AskAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
