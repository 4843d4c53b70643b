using Npgsql;
using NpgsqlTypes;
using Pgvector;

namespace FaceMix.LatentStore.Latents;

/// <summary>Stores latents in one transaction, by binary COPY.</summary>
public sealed class LatentWriter(NpgsqlDataSource database)
{
    /// <summary>
    /// Adds the rows; one whose source is there already takes the earlier one's place and keeps its id.
    /// The first batch of a model version fixes its latent size and attributes.
    /// </summary>
    /// <returns>How many rows are new, and how many took another's place.</returns>
    /// <exception cref="BatchMismatchException">The latent size or the attributes are not those fixed.</exception>
    public async Task<(int Added, int Replaced)> AddAsync(LatentBatch batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Locks the version's row to the end: batches of one version come one after the other and cannot deadlock.
        var model = await FindAndLockAsync(connection, batch, cancellationToken)
            ?? await CreateAsync(connection, batch, cancellationToken);
        BatchMismatchException.ThrowIfOther(model, batch);
        await CopyAsync(connection, batch, cancellationToken);
        var counts = await MergeAsync(connection, model.Key, batch.Rows.Count, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return counts;
    }

    private static async Task<StoredModel?> FindAndLockAsync(NpgsqlConnection connection, LatentBatch batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT id, name, version, latent_size, attributes, latents, revision FROM model_versions
            WHERE name = $1 AND version = $2 FOR UPDATE
            """,
            connection)
        {
            Parameters = { new() { Value = batch.Model.Name }, new() { Value = batch.Model.Version } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ModelVersions.From(reader) : null;
    }

    private static async Task<StoredModel> CreateAsync(NpgsqlConnection connection, LatentBatch batch, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(
            """
            INSERT INTO model_versions (name, version, latent_size, attributes) VALUES ($1, $2, $3, $4)
            ON CONFLICT (name, version) DO NOTHING RETURNING id
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = batch.Model.Name },
                new() { Value = batch.Model.Version },
                new() { Value = batch.LatentSize },
                new() { Value = batch.Attributes.Names.ToArray() },
            },
        };
        // Null when another request made it while this one waited; then its row is there to be locked.
        if (await insert.ExecuteScalarAsync(cancellationToken) is int key)
            await CreatePartitionAsync(connection, key, batch.LatentSize, cancellationToken);
        return (await FindAndLockAsync(connection, batch, cancellationToken))!;
    }

    /// <summary>
    /// Made beside the table and then attached, so that readers of other versions do not wait. A row may fill
    /// its page: a latent that lies outside it would cost an exact search another read per row.
    /// </summary>
    private static async Task CreatePartitionAsync(NpgsqlConnection connection, int key, int latentSize, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Numbers are all that is put in.
        await using var command = new NpgsqlCommand(
            $"""
            CREATE TABLE {StoredModel.PartitionOf(key)} (
                LIKE latents INCLUDING ALL,
                CHECK (model_id = {key}),
                CHECK (vector_dims(vector) = {latentSize})
            ) WITH (toast_tuple_target = 8160);
            ALTER TABLE latents ATTACH PARTITION {StoredModel.PartitionOf(key)} FOR VALUES IN ({key});
            """,
            connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, LatentBatch batch, CancellationToken cancellationToken)
    {
        await using var create = new NpgsqlCommand(
            """
            CREATE TEMP TABLE incoming (ordinal int, source text COLLATE "C", vector vector, attributes bigint, provenance smallint)
            ON COMMIT DROP
            """,
            connection);
        await create.ExecuteNonQueryAsync(cancellationToken);

        await using var import = await connection.BeginBinaryImportAsync("COPY incoming FROM STDIN (FORMAT BINARY)", cancellationToken);
        for (var i = 0; i < batch.Rows.Count; i++)
        {
            var row = batch.Rows[i];
            await import.StartRowAsync(cancellationToken);
            await import.WriteAsync(i, NpgsqlDbType.Integer, cancellationToken);
            await import.WriteAsync(row.Source, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(new Vector(row.Values), cancellationToken);
            await import.WriteAsync(row.Mask.ToInt64(), NpgsqlDbType.Bigint, cancellationToken);
            await import.WriteAsync((short)row.Provenance, NpgsqlDbType.Smallint, cancellationToken);
        }
        await import.CompleteAsync(cancellationToken);
    }

    private static async Task<(int Added, int Replaced)> MergeAsync(NpgsqlConnection connection, int key, int count, CancellationToken cancellationToken)
    {
        // Replaced rows are updated where they are, so their ids stay, and the sequence has no gaps from them.
        await using var replace = new NpgsqlCommand(
            """
            UPDATE latents l
            SET vector = i.vector, attributes = i.attributes, provenance = i.provenance, stored_at = now()
            FROM incoming i WHERE l.model_id = $1 AND l.source = i.source
            """,
            connection)
        {
            Parameters = { new() { Value = key } },
        };
        var replaced = await replace.ExecuteNonQueryAsync(cancellationToken);
        if (replaced < count)
        {
            await using var insert = new NpgsqlCommand(
                """
                INSERT INTO latents (model_id, source, vector, attributes, provenance)
                SELECT $1, i.source, i.vector, i.attributes, i.provenance FROM incoming i
                WHERE NOT EXISTS (SELECT FROM latents l WHERE l.model_id = $1 AND l.source = i.source)
                ORDER BY i.ordinal
                """,
                connection)
            {
                Parameters = { new() { Value = key } },
            };
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var note = new NpgsqlCommand(
            "UPDATE model_versions SET latents = latents + $2, revision = revision + 1 WHERE id = $1",
            connection)
        {
            Parameters = { new() { Value = key }, new() { Value = (long)(count - replaced) } },
        };
        await note.ExecuteNonQueryAsync(cancellationToken);
        return (count - replaced, replaced);
    }
}
