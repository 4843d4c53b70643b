using FaceMix.Latents;
using FaceMix.ModelStore;
using Npgsql;

namespace FaceMix.LatentStore.Spaces;

/// <summary>Which latent spaces, model versions and data sets there are.</summary>
public sealed class SpaceCatalog(NpgsqlDataSource database)
{
    private const string Query =
        """
        SELECT s.id, s.digest, s.latent_size, s.attributes, s.revision, s.epoch, v.name, v.version
        FROM model_versions v JOIN latent_spaces s ON s.id = v.space_id
        """;

    /// <summary>The latent space of a version, or null when it was not registered.</summary>
    public Task<LatentSpace?> FindAsync(ModelVersionId id, CancellationToken cancellationToken) =>
        OneAsync($"{Query} WHERE v.name = $1 AND v.version = $2", cancellationToken, id.Name, id.Version);

    /// <summary>That of the version registered last, or null when there is none.</summary>
    public Task<LatentSpace?> NewestAsync(CancellationToken cancellationToken) =>
        OneAsync($"{Query} ORDER BY v.id DESC LIMIT 1", cancellationToken);

    /// <summary>That of a key, under the version registered last; null when there is none.</summary>
    public Task<LatentSpace?> FindAsync(int key, CancellationToken cancellationToken) =>
        OneAsync($"{Query} WHERE s.id = $1 ORDER BY v.id DESC LIMIT 1", cancellationToken, key);

    /// <summary>Registered versions, newest first, with their number and the faces in their latent spaces.</summary>
    /// <param name="before">Only those registered before this one.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<(int Number, LatentSpace Space, long Faces)>> ListAsync(int before, int count, CancellationToken cancellationToken)
    {
        var found = new List<(int, LatentSpace, long)>();
        await using var command = database.CreateCommand(
            """
            WITH page AS (SELECT * FROM model_versions WHERE id < $1 ORDER BY id DESC LIMIT $2),
            counts AS (SELECT space_id, count(*) AS faces FROM latents WHERE space_id IN (SELECT space_id FROM page) GROUP BY space_id)
            SELECT s.id, s.digest, s.latent_size, s.attributes, s.revision, s.epoch, v.name, v.version, v.id, coalesce(c.faces, 0)
            FROM page v JOIN latent_spaces s ON s.id = v.space_id LEFT JOIN counts c ON c.space_id = s.id
            ORDER BY v.id DESC
            """);
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add((reader.GetInt32(8), From(reader), reader.GetInt64(9)));
        return found;
    }

    /// <summary>Data sets that have faces, by name.</summary>
    /// <param name="space">The latent space.</param>
    /// <param name="after">Only those behind this name.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<Dataset>> ListDatasetsAsync(LatentSpace space, string after, int count, CancellationToken cancellationToken)
    {
        var found = new List<Dataset>();
        await using var command = database.CreateCommand(
            $"""
            SELECT d.id, d.name, count(*), count(*) FILTER (WHERE l.provenance = 2)
            FROM (SELECT * FROM datasets WHERE space_id = $1 AND name > $2) d JOIN {space.Partition} l ON l.dataset_id = d.id
            GROUP BY d.id, d.name ORDER BY d.name LIMIT $3
            """);
        command.Parameters.Add(new() { Value = space.Key });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)));
        return found;
    }

    /// <summary>The key of a data set, or null when the space has none of that name.</summary>
    public async Task<int?> FindDatasetAsync(LatentSpace space, string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id FROM datasets WHERE space_id = $1 AND name = $2");
        command.Parameters.Add(new() { Value = space.Key });
        command.Parameters.Add(new() { Value = name });
        return await command.ExecuteScalarAsync(cancellationToken) as int?;
    }

    private async Task<LatentSpace?> OneAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? From(reader) : null;
    }

    private static LatentSpace From(NpgsqlDataReader reader) => new(
        reader.GetInt32(0),
        reader.GetString(1),
        reader.GetInt32(2),
        new AttributeNames(reader.GetFieldValue<string[]>(3)),
        reader.GetInt64(4),
        reader.GetGuid(5),
        new ModelVersionId(reader.GetString(6), reader.GetString(7)));
}

/// <param name="Key">Its row in <c>datasets</c>.</param>
/// <param name="Name">1 to 128 characters.</param>
/// <param name="Faces">How many it has.</param>
/// <param name="Photographs">How many of them are photographs of people.</param>
public sealed record Dataset(int Key, string Name, long Faces, long Photographs);
