using FaceMix.Latents;
using FaceMix.ModelStore;
using Npgsql;

namespace FaceMix.LatentStore.Spaces;

/// <summary>Makes model versions, their latent spaces and attributes known.</summary>
public sealed class Registration(NpgsqlDataSource database)
{
    // Any number that no other advisory lock of the schema has.
    private const long LockKey = 0x464D5245474953;

    /// <summary>Registers a version; one that is known stays as it is, apart from attributes that are new.</summary>
    /// <returns>Whether it is new, and its latent space's whole list of attributes.</returns>
    /// <exception cref="RegistrationException">It contradicts what is registered.</exception>
    public async Task<(bool Added, AttributeNames Attributes)> RegisterAsync(
        ModelVersionId id, string digest, int latentSize, IReadOnlyList<string> attributes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AskAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        var registered = await FindVersionAsync(connection, id, cancellationToken);
        var space = await FindSpaceAsync(connection, digest, cancellationToken);
        if (registered is { Provisional: true } old && space is null)
        {
            // A store of schema 1 had its latents before anybody named their space.
            await AskAsync(connection, "UPDATE latent_spaces SET digest = $2, provisional = false WHERE id = $1", cancellationToken, old.Key, digest);
            space = old with { Digest = digest };
        }
        else if (registered is not null && registered.Digest != digest)
        {
            throw new RegistrationException(
                "latent_space",
                registered.Provisional
                    ? $"is {digest}, which another version has registered meanwhile; the faces of {id} were stored before latent spaces had digests and cannot be joined to it: encode them anew under the other version"
                    : $"is {digest}; {id} is registered with {registered.Digest}, and a version is never changed");
        }
        space ??= new(
            (int)(await AskAsync(connection, "SELECT add_latent_space($1, $2)", cancellationToken, digest, latentSize))!, digest, latentSize, false);
        if (space.LatentSize != latentSize)
            throw new RegistrationException("latent_size", $"is {latentSize}; the latents of this space have {space.LatentSize} numbers");
        if (registered is null)
            await AskAsync(connection, "INSERT INTO model_versions (name, version, space_id) VALUES ($1, $2, $3)", cancellationToken, id.Name, id.Version, space.Key);
        var names = await AppendAsync(connection, space.Key, attributes, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (registered is null, names);
    }

    /// <summary>Appends the names that a latent space's list lacks.</summary>
    /// <returns>The whole list.</returns>
    /// <exception cref="RegistrationException">There would be more than 64.</exception>
    public async Task<AttributeNames> AppendAsync(LatentSpace space, IReadOnlyList<string> attributes, CancellationToken cancellationToken)
    {
        if (attributes.All(name => space.Attributes.MaskOf(name) is not null))
            return space.Attributes;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var names = await AppendAsync(connection, space.Key, attributes, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return names;
    }

    private static async Task<AttributeNames> AppendAsync(
        NpgsqlConnection connection, int key, IReadOnlyList<string> attributes, CancellationToken cancellationToken)
    {
        var present = (string[])(await AskAsync(connection, "SELECT attributes FROM latent_spaces WHERE id = $1 FOR UPDATE", cancellationToken, key))!;
        string[] all = [.. present, .. attributes.Except(present, StringComparer.Ordinal)];
        if (all.Length > AttributeMask.MaxAttributes)
        {
            throw new RegistrationException(
                "attributes", $"brings {all.Length - present.Length} new names to the {present.Length} of the latent space; {AttributeMask.MaxAttributes} in all allowed");
        }
        if (all.Length > present.Length)
            await AskAsync(connection, "UPDATE latent_spaces SET attributes = $2 WHERE id = $1", cancellationToken, key, all);
        return new AttributeNames(all);
    }

    private static Task<Found?> FindVersionAsync(NpgsqlConnection connection, ModelVersionId id, CancellationToken cancellationToken) => FindAsync(
        connection,
        """
        SELECT s.id, s.digest, s.latent_size, s.provisional FROM model_versions v JOIN latent_spaces s ON s.id = v.space_id
        WHERE v.name = $1 AND v.version = $2
        """,
        cancellationToken,
        id.Name,
        id.Version);

    private static Task<Found?> FindSpaceAsync(NpgsqlConnection connection, string digest, CancellationToken cancellationToken) =>
        FindAsync(connection, "SELECT id, digest, latent_size, provisional FROM latent_spaces WHERE digest = $1", cancellationToken, digest);

    private static async Task<Found?> FindAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2), reader.GetBoolean(3))
            : null;
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
#pragma warning disable CA2100 // The text is one of those above.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    private sealed record Found(int Key, string Digest, int LatentSize, bool Provisional);
}

/// <summary>A registration contradicts what is registered.</summary>
/// <param name="field">The request's field, in proto names.</param>
/// <param name="message">What was given and what is allowed, without the field's name.</param>
public sealed class RegistrationException(string field, string message) : Exception(message)
{
    public string Field { get; } = field;
}
