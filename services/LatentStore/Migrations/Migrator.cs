using Npgsql;

namespace FaceMix.LatentStore.Migrations;

/// <summary>Brings the database's schema to this program's, forward only.</summary>
/// <param name="database">As its owner.</param>
/// <param name="migrations">In order.</param>
/// <param name="afterwards">SQL that runs each time after the migrations, whether any was missing or not.</param>
public sealed class Migrator(NpgsqlDataSource database, IReadOnlyList<Migration> migrations, string? afterwards = null)
{
    // Any number will do, as long as every store that shares the database takes the same.
    private const long LockKey = 0x464143454D4958;

    /// <summary>
    /// Applies what is missing, all of it or nothing. Stores that start together wait for each other.
    /// </summary>
    /// <returns>The names of those applied now, in order.</returns>
    /// <exception cref="SchemaException">An applied migration has changed since, or the database is newer than this program.</exception>
    public async Task<IReadOnlyList<string>> ApplyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        await RunAsync(
            connection,
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number int PRIMARY KEY,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """,
            cancellationToken);

        var applied = await ReadAppliedAsync(connection, cancellationToken);
        var missing = Missing(applied);
        foreach (var migration in missing)
        {
            await RunAsync(connection, migration.Sql, cancellationToken);
            await RecordAsync(connection, migration, cancellationToken);
        }
        if (afterwards is not null)
            await RunAsync(connection, afterwards, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (missing.Count > 0)
            await connection.ReloadTypesAsync(cancellationToken);
        return [.. missing.Select(migration => migration.Name)];
    }

    private List<Migration> Missing(Dictionary<int, (string Name, string Checksum)> applied)
    {
        foreach (var (number, (name, checksum)) in applied)
        {
            var ours = migrations.FirstOrDefault(migration => migration.Number == number)
                ?? throw new SchemaException($"The database has migration {name}, which this version of the latent store does not know. Start a newer one.");
            if (ours.Checksum != checksum)
                throw new SchemaException($"Migration {name} was applied to the database in another wording than this version of the latent store has. Migrations are never changed: put the file back and add a new one.");
        }
        return [.. migrations.Where(migration => !applied.ContainsKey(migration.Number)).OrderBy(migration => migration.Number)];
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> ReadAppliedAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, (string, string)>();
        await using var command = new NpgsqlCommand("SELECT number, name, checksum FROM schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetInt32(0), (reader.GetString(1), reader.GetString(2)));
        return applied;
    }

    private static async Task RecordAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
            connection)
        {
            Parameters = { new() { Value = migration.Number }, new() { Value = migration.Name }, new() { Value = migration.Checksum } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The text comes from this assembly.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
