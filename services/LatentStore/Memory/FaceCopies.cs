using System.Collections.Concurrent;
using System.Diagnostics;
using FaceMix.LatentStore.Search;
using FaceMix.LatentStore.Spaces;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FaceMix.LatentStore.Memory;

/// <summary>
/// Copies of latent spaces in memory. A copy follows its table by revisions: those rows are read that have changed since, and ids of those that
/// are gone. A space that does not fit is left to the database.
/// </summary>
public sealed class FaceCopies(NpgsqlDataSource database, IOptions<StoreOptions> options, ILogger<FaceCopies> logger) : IDisposable
{
    // How long a space that did not fit is left alone before its rows are counted again.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // How long readers of an earlier table may go on before what was deleted is overwritten.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<int, FaceCopy> _copies = new();
    private readonly Lock _reservations = new();

    /// <summary>Keys of the spaces that have a copy.</summary>
    public IReadOnlyList<int> Loaded => [.. _copies.Where(pair => pair.Value.Table is not null).Select(pair => pair.Key)];

    /// <summary>The copy's table as it is, or null when the space has none.</summary>
    public FaceTable? Find(int key) => _copies.TryGetValue(key, out var copy) ? copy.Table : null;

    /// <summary>What answers about a space at its revision, or a later one.</summary>
    public Task<IFaceIndex> GetAsync(LatentSpace space, CancellationToken cancellationToken)
    {
        var copy = _copies.GetOrAdd(space.Key, _ => new FaceCopy());
        copy.LastUse = Stopwatch.GetTimestamp();
        return BringToAsync(copy, space, cancellationToken);
    }

    /// <summary>Brings the copy of a space to its revision, where there is one; that is no use of it.</summary>
    public Task FollowAsync(LatentSpace space, CancellationToken cancellationToken) =>
        _copies.TryGetValue(space.Key, out var copy) && copy.Table is not null ? BringToAsync(copy, space, cancellationToken) : Task.CompletedTask;

    public void Dispose()
    {
        foreach (var copy in _copies.Values)
            copy.Gate.Dispose();
    }

    private async Task<IFaceIndex> BringToAsync(FaceCopy copy, LatentSpace space, CancellationToken cancellationToken)
    {
        if (copy.IsAt(space))
            return new MemoryIndex(copy.Table!);
        // One at a time: many callers that find the same copy out of date read it once.
        await copy.Gate.WaitAsync(cancellationToken);
        try
        {
            if (!copy.IsAt(space) && !copy.IsTooLarge(Patience))
                await ReadAsync(copy, space, cancellationToken);
            return copy.IsAt(space) ? new MemoryIndex(copy.Table!) : new SqlIndex(database, space);
        }
        finally
        {
            copy.Reserved = 0;
            copy.Gate.Release();
        }
    }

    private async Task ReadAsync(FaceCopy copy, LatentSpace space, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One snapshot for all questions: the rows are exactly those of the revision.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var (revision, epoch, deletionsFrom) = await StateAsync(connection, space, cancellationToken);
        var before = copy.Table is { } table && table.Epoch == epoch && table.Revision >= deletionsFrom && table.Revision <= revision ? table : null;
        var limit = before is null
            ? Reserve(copy, Segment.BytesFor(space.LatentSize) * (1 + (await CountAsync(connection, space, cancellationToken) / Segment.Capacity)))
            : Reserve(copy, before.Memory);
        var change = new FaceTableChange(space.LatentSize, before);
        if (limit == 0 || !await RowsAsync(connection, space, before?.Revision ?? 0, change, limit, cancellationToken))
        {
            copy.Drop();
            Log.SpaceTooLarge(logger, space.Model.ToString(), options.Value.MemoryLimit >> 20);
            return;
        }
        if (before is not null)
            await DeletionsAsync(connection, space, before.Revision, change, cancellationToken);
        copy.Table = change.Build(revision, epoch);
        if (before is null)
            Log.FacesRead(logger, space.Model.ToString(), copy.Table.Count, revision, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        if (change.Buried.Count > 0)
            _ = Task.Delay(Grace, CancellationToken.None).ContinueWith(_ => change.Wipe(), TaskScheduler.Default);
    }

    /// <summary>Makes room for a copy, at the cost of those that were used longest ago.</summary>
    /// <returns>Most bytes the copy may take; 0 when it does not fit.</returns>
    private long Reserve(FaceCopy copy, long bytes)
    {
        lock (_reservations)
        {
            copy.Reserved = 0;
            var limit = options.Value.MemoryLimit;
            while (true)
            {
                var others = _copies.Values.Sum(other => other == copy ? 0 : Math.Max(other.Reserved, other.Table?.Memory ?? 0));
                if (others + bytes <= limit)
                {
                    copy.Reserved = bytes;
                    return limit - others;
                }
                var oldest = _copies.Where(pair => pair.Value != copy && pair.Value.Table is not null).OrderBy(pair => pair.Value.LastUse).FirstOrDefault();
                if (oldest.Value is null || bytes > limit)
                    return 0;
                oldest.Value.Forget();
            }
        }
    }

    private static async Task<(long Revision, Guid Epoch, long DeletionsFrom)> StateAsync(
        NpgsqlConnection connection, LatentSpace space, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT revision, epoch, deletions_from FROM latent_spaces WHERE id = $1", connection)
        {
            Parameters = { new() { Value = space.Key } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetGuid(1), reader.GetInt64(2));
    }

    private static async Task<bool> RowsAsync(
        NpgsqlConnection connection, LatentSpace space, long after, FaceTableChange change, long limit, CancellationToken cancellationToken)
    {
        if (after == 0)
            return await RowStream.ReadAsync(connection, $"SELECT {RowStream.Columns} FROM {space.Partition}", change, limit, cancellationToken);
        // Few rows are new, whatever the planner's statistics say of a table that just grew.
        await using var plan = new NpgsqlCommand("SET LOCAL enable_seqscan = off", connection);
        await plan.ExecuteNonQueryAsync(cancellationToken);
        return await RowStream.ReadAsync(
            connection, $"SELECT {RowStream.Columns} FROM {space.Partition} WHERE revision > {after}", change, limit, cancellationToken);
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, LatentSpace space, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // A space's key is a number.
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {space.Partition}", connection);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task DeletionsAsync(
        NpgsqlConnection connection, LatentSpace space, long after, FaceTableChange change, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT id FROM deletions WHERE space_id = $1 AND revision > $2", connection)
        {
            Parameters = { new() { Value = space.Key }, new() { Value = after } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            change.Delete(reader.GetInt64(0));
    }

    private sealed class FaceCopy
    {
        private volatile FaceTable? _table;
        private long _tooLargeSince;

        public SemaphoreSlim Gate { get; } = new(1);

        public long LastUse { get; set; }

        /// <summary>Bytes promised to a copy that is being read.</summary>
        public long Reserved { get; set; }

        public FaceTable? Table
        {
            get => _table;
            set => (_table, _tooLargeSince) = (value, 0);
        }

        public bool IsAt(LatentSpace space) => Table is { } table && table.Epoch == space.Epoch && table.Revision >= space.Revision;

        public bool IsTooLarge(TimeSpan patience) => _tooLargeSince != 0 && Stopwatch.GetElapsedTime(_tooLargeSince) < patience;

        public void Forget() => _table = null;

        public void Drop() => (_table, _tooLargeSince) = (null, Stopwatch.GetTimestamp());
    }
}
