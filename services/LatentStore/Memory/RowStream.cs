using FaceMix.Latents;
using Npgsql;
using NpgsqlTypes;
using Pgvector;

namespace FaceMix.LatentStore.Memory;

/// <summary>Reads faces as fast as the database sends them.</summary>
internal static class RowStream
{
    /// <summary>What a query must return.</summary>
    public const string Columns = "id, has, known, dataset_id, provenance, vector";

    /// <summary>Adds the rows of a query to a table that is being made.</summary>
    /// <param name="connection">In a transaction whose snapshot is read.</param>
    /// <param name="query">Returns <see cref="Columns"/>.</param>
    /// <param name="change">Takes the rows.</param>
    /// <param name="memoryLimit">Most bytes the table may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when the rows do not fit.</returns>
    public static async Task<bool> ReadAsync(
        NpgsqlConnection connection, string query, FaceTableChange change, long memoryLimit, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryExportAsync($"COPY ({query}) TO STDOUT (FORMAT BINARY)", cancellationToken);
        while (await rows.StartRowAsync(cancellationToken) != -1)
        {
            var (segment, row) = change.Add(
                await rows.ReadAsync<long>(NpgsqlDbType.Bigint, cancellationToken),
                AttributeMask.FromInt64(await rows.ReadAsync<long>(NpgsqlDbType.Bigint, cancellationToken)),
                AttributeMask.FromInt64(await rows.ReadAsync<long>(NpgsqlDbType.Bigint, cancellationToken)),
                await rows.ReadAsync<int>(NpgsqlDbType.Integer, cancellationToken),
                (byte)await rows.ReadAsync<short>(NpgsqlDbType.Smallint, cancellationToken));
            (await rows.ReadAsync<Vector>(cancellationToken)).Memory.Span.CopyTo(segment.Room(row));
            segment.Finish(row);
            if (change.Memory > memoryLimit)
            {
                await rows.CancelAsync();
                return false;
            }
        }
        return true;
    }
}
