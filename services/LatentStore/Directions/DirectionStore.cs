using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Spaces;
using Npgsql;
using Pgvector;

namespace FaceMix.LatentStore.Directions;

/// <summary>
/// Directions of latent spaces: computed when they are asked for the first time, after a deletion, and on request; kept in the database.
/// </summary>
public sealed class DirectionStore(NpgsqlDataSource database, SpaceCatalog spaces, FaceCopies copies)
{
    // Enough for three digits of an AUC.
    private const int SampleSize = 20_000;

    private const int MaxAttempts = 10;

    /// <summary>Those that are kept, or computed now; null when the space has no faces.</summary>
    public async Task<DirectionSet?> GetAsync(LatentSpace space, CancellationToken cancellationToken) =>
        await ReadAsync(space, cancellationToken) ?? await ComputeAsync(space, cancellationToken);

    /// <summary>Computes them from the present faces; null when the space has none.</summary>
    public async Task<DirectionSet?> ComputeAsync(LatentSpace space, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var index = await copies.GetAsync(space, cancellationToken);
            var attributes = space.Attributes.Names.Count;
            var means = await index.MeansAsync(attributes, cancellationToken);
            if (means.All.Faces == 0)
                return null;
            var computed = DirectionMath.Compute(space.Attributes, means, await index.SampleAsync(SampleSize, cancellationToken));
            // Those that a face fed which was deleted meanwhile must not be kept, unless deletions never stop; then nothing is kept.
            if (await TryKeepAsync(space, computed, means.Epoch, cancellationToken) || attempt == MaxAttempts)
                return computed;
            space = await spaces.FindAsync(space.Key, cancellationToken) ?? space;
        }
    }

    private async Task<DirectionSet?> ReadAsync(LatentSpace space, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT m.mean, m.faces, m.revision, d.attribute, d.unit, d.length, d.faces_with, d.faces_without, d.auc
            FROM mean_latents m LEFT JOIN direction_vectors d ON d.space_id = m.space_id
            WHERE m.space_id = $1 ORDER BY array_position($2, d.attribute)
            """);
        command.Parameters.Add(new() { Value = space.Key });
        command.Parameters.Add(new() { Value = space.Attributes.Names.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (directions, mean, faces, revision) = (new List<Direction>(), (float[]?)null, 0L, 0L);
        while (await reader.ReadAsync(cancellationToken))
        {
            (mean, faces, revision) = (reader.GetFieldValue<Vector>(0).ToArray(), reader.GetInt64(1), reader.GetInt64(2));
            if (!reader.IsDBNull(3))
            {
                directions.Add(new(
                    reader.GetString(3), reader.GetFieldValue<Vector>(4).ToArray(), reader.GetDouble(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetDouble(8)));
            }
        }
        return mean is null ? null : new DirectionSet(directions, mean, faces, revision);
    }

    private async Task<bool> TryKeepAsync(LatentSpace space, DirectionSet computed, Guid epoch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var check = new NpgsqlCommand(
            """
            SELECT epoch = $2 AND deletions_from <= $3
                AND NOT EXISTS (SELECT FROM deletions WHERE space_id = $1 AND revision > $3)
            FROM latent_spaces WHERE id = $1 FOR UPDATE
            """,
            connection)
        {
            Parameters = { new() { Value = space.Key }, new() { Value = epoch }, new() { Value = computed.Revision } },
        })
        {
            if (await check.ExecuteScalarAsync(cancellationToken) is not true)
                return false;
        }
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("DELETE FROM mean_latents WHERE space_id = $1") { Parameters = { new() { Value = space.Key } } },
                new("INSERT INTO mean_latents (space_id, mean, faces, revision) VALUES ($1, $2, $3, $4)")
                {
                    Parameters =
                    {
                        new() { Value = space.Key }, new() { Value = new Vector(computed.Mean) }, new() { Value = computed.Faces }, new() { Value = computed.Revision },
                    },
                },
            },
        };
        foreach (var direction in computed.Directions)
        {
            batch.BatchCommands.Add(new(
                "INSERT INTO direction_vectors (space_id, attribute, unit, length, faces_with, faces_without, auc) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            {
                Parameters =
                {
                    new() { Value = space.Key }, new() { Value = direction.Attribute }, new() { Value = new Vector(direction.Unit) }, new() { Value = direction.Length },
                    new() { Value = direction.FacesWith }, new() { Value = direction.FacesWithout }, new() { Value = direction.Auc },
                },
            });
        }
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
