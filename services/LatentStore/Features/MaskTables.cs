using System.Collections.Concurrent;
using System.Data;
using System.Diagnostics;
using FaceMix.Latents;
using FaceMix.LatentStore.Latents;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FaceMix.LatentStore.Features;

/// <summary>
/// Mask tables in memory, one per model version in use, read again when the database says that their latents
/// have changed. Asking costs nothing while they have not: the revision comes with the model version's row.
/// </summary>
public sealed class MaskTables(NpgsqlDataSource database, IOptions<StoreOptions> options, ILogger<MaskTables> logger) : IDisposable
{
    private readonly ConcurrentDictionary<int, (MaskTable Table, long LastUse)> _tables = new();
    private readonly SemaphoreSlim _reading = new(1);
    private long _uses;

    /// <summary>The table at the model's revision, or at a later one.</summary>
    public async Task<MaskTable> GetAsync(StoredModel model, CancellationToken cancellationToken)
    {
        if (Find(model) is { } ready)
            return ready;
        // One at a time: many callers that find the same table out of date read it once.
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (Find(model) is { } readMeanwhile)
                return readMeanwhile;
            var begun = Stopwatch.GetTimestamp();
            var table = await ReadAsync(model, cancellationToken);
            Log.MasksRead(logger, model.Id.ToString(), table.Count, table.Revision, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            _tables[model.Key] = (table, Interlocked.Increment(ref _uses));
            DropLeastUsed();
            return table;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private MaskTable? Find(StoredModel model)
    {
        if (!_tables.TryGetValue(model.Key, out var entry) || entry.Table.Revision < model.Revision)
            return null;
        _tables.TryUpdate(model.Key, (entry.Table, Interlocked.Increment(ref _uses)), entry);
        return entry.Table;
    }

    private void DropLeastUsed()
    {
        while (_tables.Count > options.Value.MaxModelVersionsInMemory)
            _tables.TryRemove(_tables.MinBy(pair => pair.Value.LastUse).Key, out _);
    }

    private async Task<MaskTable> ReadAsync(StoredModel model, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One snapshot for both questions: the rows are exactly those of the revision.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT revision, latents FROM model_versions WHERE id = $1") { Parameters = { new() { Value = model.Key } } },
                new($"SELECT id, attributes FROM {model.Partition} ORDER BY id"),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return new MaskTable(long.MaxValue, [], []);
        var revision = reader.GetInt64(0);
        var ids = new List<long>((int)reader.GetInt64(1));
        var masks = new List<AttributeMask>(ids.Capacity);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
            masks.Add(AttributeMask.FromInt64(reader.GetInt64(1)));
        }
        return new MaskTable(revision, [.. ids], [.. masks]);
    }
}
