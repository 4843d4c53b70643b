using FaceMix.LatentStore.Spaces;
using Npgsql;
using NpgsqlTypes;
using Pgvector;

namespace FaceMix.LatentStore.Latents;

/// <summary>How many faces of a load were new, were there letter for letter, took the place of an earlier one.</summary>
public readonly record struct LoadCounts(long Added, long Unchanged, long Replaced);

/// <summary>Faces of one data set on their way into the table; all of them or none.</summary>
public sealed class LatentLoad : IAsyncDisposable
{
    // A session keeps its staging table and PostgreSQL empties it with each transaction, so a load makes no table.
    private const string Begin =
        """
        CREATE TEMP TABLE IF NOT EXISTS incoming (
            source text COLLATE "C", vector vector, has bigint, known bigint, provenance smallint
        ) WITH (toast_tuple_target = 8160) ON COMMIT DELETE ROWS;
        SET LOCAL plan_cache_mode = force_custom_plan
        """;

    private const int MaxAttempts = 3;

    // A merge of a million rows, or waiting for one, takes longer than a statement may that answers a request.
    private const int MergeTimeoutSeconds = 600;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly NpgsqlBinaryImporter _import;
    private readonly LatentSpace _space;
    private readonly string _dataset;
    private long _count;

    private LatentLoad(NpgsqlConnection connection, NpgsqlTransaction transaction, NpgsqlBinaryImporter import, LatentSpace space, string dataset)
    {
        (_connection, _transaction, _import, _space, _dataset) = (connection, transaction, import, space, dataset);
    }

    internal static async Task<LatentLoad> BeginAsync(NpgsqlConnection connection, LatentSpace space, string dataset, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var begin = new NpgsqlCommand(Begin, connection))
            await begin.ExecuteNonQueryAsync(cancellationToken);
        var import = await connection.BeginBinaryImportAsync("COPY incoming FROM STDIN (FORMAT BINARY)", cancellationToken);
        return new LatentLoad(connection, transaction, import, space, dataset);
    }

    /// <summary>Takes a face; no source may come twice.</summary>
    public async Task WriteAsync(NewFace face, CancellationToken cancellationToken)
    {
        await _import.StartRowAsync(cancellationToken);
        await _import.WriteAsync(face.Source, NpgsqlDbType.Text, cancellationToken);
        await _import.WriteAsync(new Vector(face.Values), cancellationToken);
        await _import.WriteAsync(face.Has.ToInt64(), NpgsqlDbType.Bigint, cancellationToken);
        await _import.WriteAsync(face.Known.ToInt64(), NpgsqlDbType.Bigint, cancellationToken);
        await _import.WriteAsync(face.Provenance, NpgsqlDbType.Smallint, cancellationToken);
        _count++;
    }

    /// <summary>Merges the faces into the table. A face that replaces another keeps its id.</summary>
    public async Task<LoadCounts> CompleteAsync(CancellationToken cancellationToken)
    {
        await _import.CompleteAsync(cancellationToken);
        await _import.CloseAsync(cancellationToken);
        var counts = _count == 0 ? default : await MergeAsync(cancellationToken);
        await _transaction.CommitAsync(cancellationToken);
        return counts;
    }

    public async ValueTask DisposeAsync()
    {
        // Ends a COPY that was not completed.
        await _import.DisposeAsync();
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    /// <summary>Whoever writes by SQL locks faces before their space, and may meet a merge that goes the other way.</summary>
    private async Task<LoadCounts> MergeAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await _transaction.SaveAsync("merge", cancellationToken);
            try
            {
                return await MergeOnceAsync(cancellationToken);
            }
            catch (PostgresException problem) when (attempt < MaxAttempts
                && problem.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation)
            {
                await _transaction.RollbackAsync("merge", cancellationToken);
            }
        }
    }

    private async Task<LoadCounts> MergeOnceAsync(CancellationToken cancellationToken)
    {
        // Locks the space to the end: its loads are merged one after the other, and this one's revision is the next.
        var revision = 1 + (long)(await AskAsync("SELECT revision FROM latent_spaces WHERE id = $1 FOR UPDATE", cancellationToken, _space.Key))!;
        var dataset = (int)(await AskAsync(
            """
            WITH added AS (INSERT INTO datasets (space_id, name) VALUES ($1, $2) ON CONFLICT (space_id, name) DO NOTHING RETURNING id)
            SELECT id FROM added UNION ALL SELECT id FROM datasets WHERE space_id = $1 AND name = $2
            """,
            cancellationToken,
            _space.Key,
            _dataset))!;
        // Not INSERT … ON CONFLICT DO UPDATE, which takes a third longer for new rows and writes rows that stay the same.
        var replaced = await RunAsync(
            $"""
            UPDATE {_space.Partition} l
            SET vector = i.vector, has = i.has, known = i.known, provenance = i.provenance, revision = $2, stored_at = now()
            FROM incoming i
            WHERE l.space_id = {_space.Key} AND l.dataset_id = $1 AND l.source = i.source
            AND (l.has, l.known, l.provenance, l.vector) IS DISTINCT FROM (i.has, i.known, i.provenance, i.vector)
            """,
            cancellationToken,
            dataset,
            revision);
        var added = await RunAsync(
            $"""
            INSERT INTO {_space.Partition} (space_id, dataset_id, source, vector, has, known, provenance, revision)
            SELECT {_space.Key}, $1, i.source, i.vector, i.has, i.known, i.provenance, $2
            FROM incoming i
            WHERE NOT EXISTS (SELECT FROM {_space.Partition} l WHERE l.space_id = {_space.Key} AND l.dataset_id = $1 AND l.source = i.source)
            """,
            cancellationToken,
            dataset,
            revision);
        if (added + replaced > 0)
            await AskAsync("SELECT next_revision($1)", cancellationToken, _space.Key);
        return new LoadCounts(added, _count - added - replaced, replaced);
    }

    private async Task<long> RunAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<object?> AskAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
#pragma warning disable CA2100 // The text is one of those above; a space's key is a number.
        var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = MergeTimeoutSeconds };
#pragma warning restore CA2100
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
