using FaceMix.Latents;
using FaceMix.ModelStore;
using Npgsql;
using Pgvector;

namespace FaceMix.LatentStore.Latents;

/// <summary>One latent by its id.</summary>
public sealed class LatentReader(NpgsqlDataSource database)
{
    /// <summary>The latent, or null when there is none of that id.</summary>
    /// <param name="id">The store's number for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StoredLatent?> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT l.id, l.source, l.vector, l.attributes, l.provenance, m.name, m.version, m.attributes
            FROM latents l JOIN model_versions m ON m.id = l.model_id
            WHERE l.id = $1
            """);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? From(reader, new ModelVersionId(reader.GetString(5), reader.GetString(6)), new AttributeNames(reader.GetFieldValue<string[]>(7)))
            : null;
    }

    /// <summary>A row that begins with id, source, vector, attributes, provenance.</summary>
    internal static StoredLatent From(NpgsqlDataReader reader, ModelVersionId model, AttributeNames attributes)
    {
        var mask = AttributeMask.FromInt64(reader.GetInt64(3));
        return new StoredLatent(
            reader.GetInt64(0),
            model,
            reader.GetString(1),
            reader.GetFieldValue<Vector>(2).Memory,
            [.. attributes.In(mask)],
            mask,
            reader.GetInt16(4));
    }
}
