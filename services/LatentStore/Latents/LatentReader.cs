using FaceMix.Latents;
using FaceMix.LatentStore.Search;
using FaceMix.LatentStore.Spaces;
using Npgsql;
using Pgvector;

namespace FaceMix.LatentStore.Latents;

/// <summary>Faces by their ids, and in the order of their ids.</summary>
public sealed class LatentReader(NpgsqlDataSource database)
{
    /// <summary>The latent space of a face, or null when there is none of that id.</summary>
    public async Task<int?> SpaceOfAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT space_id FROM latents WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellationToken) as int?;
    }

    /// <summary>The faces of a latent space that have these ids, by id; those that it lacks are left out.</summary>
    public async Task<Dictionary<long, StoredFace>> FindAsync(LatentSpace space, IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT l.id, d.name, l.source, l.has, l.known, l.provenance, l.revision, l.vector
            FROM {space.Partition} l JOIN datasets d ON d.id = l.dataset_id WHERE l.id = ANY($1)
            """);
        command.Parameters.Add(new() { Value = ids.ToArray() });
        return (await ReadAsync(command, ids.Count, withValues: true, cancellationToken)).ToDictionary(face => face.Id);
    }

    /// <summary>Faces that pass a filter, in the order of their ids.</summary>
    /// <param name="space">The latent space.</param>
    /// <param name="filter">Which.</param>
    /// <param name="sourcePrefix">Only those whose source starts with this.</param>
    /// <param name="after">Only those behind this id.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="withValues">False leaves the latents empty.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<StoredFace>> ListAsync(
        LatentSpace space, FaceFilter filter, string sourcePrefix, long after, int count, bool withValues, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var condition = FilterSql.Condition(filter, command.Parameters);
        command.Parameters.Add(new() { Value = after });
        condition += $" AND l.id > ${command.Parameters.Count}";
        if (sourcePrefix.Length > 0)
        {
            command.Parameters.Add(new() { Value = sourcePrefix });
            condition += $" AND starts_with(source, ${command.Parameters.Count})";
        }
#pragma warning disable CA2100 // Made of the texts here; values are parameters.
        command.CommandText =
            $"""
            SELECT l.id, d.name, l.source, l.has, l.known, l.provenance, l.revision{(withValues ? ", l.vector" : "")}
            FROM {space.Partition} l JOIN datasets d ON d.id = l.dataset_id
            WHERE {condition} ORDER BY l.id LIMIT {count}
            """;
#pragma warning restore CA2100
        return await ReadAsync(command, count, withValues, cancellationToken);
    }

    private static async Task<List<StoredFace>> ReadAsync(NpgsqlCommand command, int count, bool withValues, CancellationToken cancellationToken)
    {
        var found = new List<StoredFace>(count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new StoredFace(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.GetString(2),
                withValues ? reader.GetFieldValue<Vector>(7).Memory : default,
                AttributeMask.FromInt64(reader.GetInt64(3)),
                AttributeMask.FromInt64(reader.GetInt64(4)),
                reader.GetInt16(5),
                reader.GetInt64(6)));
        }
        return found;
    }
}
