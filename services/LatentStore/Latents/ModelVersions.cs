using FaceMix.Latents;
using FaceMix.ModelStore;
using Npgsql;

namespace FaceMix.LatentStore.Latents;

/// <summary>Which model versions hold latents. The newest is the one whose version orders last, as in the model store.</summary>
public sealed class ModelVersions(NpgsqlDataSource database)
{
    private const string Columns = "id, name, version, latent_size, attributes, latents, revision";

    /// <summary>The version asked for, or null when it holds no latents.</summary>
    public Task<StoredModel?> FindAsync(ModelVersionId id, CancellationToken cancellationToken) => FirstAsync(
        $"SELECT {Columns} FROM model_versions WHERE name = $1 AND version = $2 AND latents > 0",
        [id.Name, id.Version],
        cancellationToken);

    /// <summary>The newest of all, or null when the store is empty.</summary>
    public Task<StoredModel?> NewestAsync(CancellationToken cancellationToken) => FirstAsync(
        $"SELECT {Columns} FROM model_versions WHERE latents > 0 ORDER BY version DESC, name DESC LIMIT 1",
        [],
        cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="before">Only those older than this one; null begins with the newest.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<StoredModel>> ListAsync(ModelVersionId? before, int count, CancellationToken cancellationToken) => ReadAsync(
        $"""
        SELECT {Columns} FROM model_versions
        WHERE latents > 0 AND ($1 OR (version, name) < ($2, $3))
        ORDER BY version DESC, name DESC LIMIT $4
        """,
        [before is null, before?.Version ?? "", before?.Name ?? "", count],
        cancellationToken);

    private async Task<StoredModel?> FirstAsync(string sql, object[] parameters, CancellationToken cancellationToken) =>
        (await ReadAsync(sql, parameters, cancellationToken)).FirstOrDefault();

    private async Task<IReadOnlyList<StoredModel>> ReadAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        var models = new List<StoredModel>();
        await using var command = database.CreateCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            models.Add(From(reader));
        return models;
    }

    internal static StoredModel From(NpgsqlDataReader reader) => new(
        reader.GetInt32(0),
        new ModelVersionId(reader.GetString(1), reader.GetString(2)),
        reader.GetInt32(3),
        new AttributeNames(reader.GetFieldValue<string[]>(4)),
        reader.GetInt64(5),
        reader.GetInt64(6));
}
