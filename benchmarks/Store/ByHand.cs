using FaceMix.Latents.V1;
using Npgsql;
using NpgsqlTypes;
using Pgvector;

namespace FaceMix.Benchmarks.Store;

/// <summary>What somebody would write against the database without the service: Npgsql, COPY and SQL.</summary>
internal sealed class ByHand : IAsyncDisposable
{
    private const string Bare = "bare";

    private readonly NpgsqlDataSource _database;

    public ByHand(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.MaxAutoPrepare = 20;
        builder.ConnectionStringBuilder.CommandTimeout = 600;
        builder.UseVector();
        _database = builder.Build();
    }

    /// <summary>Loads into the store's own table under a version that is there: one COPY and one merge, in one transaction.</summary>
    public async Task LoadKeyedAsync(string version, IEnumerable<NewLatent> latents)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, """CREATE TEMP TABLE incoming (source text COLLATE "C", vector vector, attributes bigint, provenance smallint) ON COMMIT DROP""");
        await CopyAsync(connection, "incoming", latents);
        await ExecuteAsync(
            connection,
            $"""
            INSERT INTO latents (model_id, source, vector, attributes, provenance)
            SELECT {await ModelIdAsync(version)}, source, vector, attributes, provenance FROM incoming
            ON CONFLICT (model_id, source) DO UPDATE
            SET vector = excluded.vector, attributes = excluded.attributes, provenance = excluded.provenance, stored_at = now()
            """);
        await transaction.CommitAsync();
    }

    /// <summary>A COPY into a table that has neither key nor index.</summary>
    public async Task LoadBareAsync(IEnumerable<NewLatent> latents)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await CopyAsync(connection, Bare, latents);
    }

    public async Task MakeBareAsync()
    {
        await using var connection = await _database.OpenConnectionAsync();
        await ExecuteAsync(connection, $"DROP TABLE IF EXISTS {Bare}; CREATE TABLE {Bare} (source text, vector vector, attributes bigint, provenance smallint)");
    }

    /// <summary>As autovacuum does sooner or later, so that the planner knows the tables and no query pays for it.</summary>
    public async Task SettleAsync()
    {
        await using var connection = await _database.OpenConnectionAsync();
        await ExecuteAsync(connection, "VACUUM ANALYZE");
    }

    /// <summary>Empties a version's partition; the service is not asked for that version again.</summary>
    public async Task EmptyAsync(string version)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var find = new NpgsqlCommand($"SELECT tableoid::regclass::text FROM latents WHERE model_id = {await ModelIdAsync(version)} LIMIT 1", connection);
        await ExecuteAsync(connection, $"TRUNCATE {await find.ExecuteScalarAsync()}");
    }

    /// <summary>A row that has both wanted bits and lacks the other, by chance.</summary>
    public async Task MatchAsync(ulong want, ulong avoid)
    {
        await using var command = _database.CreateCommand(
            $"SELECT source, vector, attributes FROM {Bare} WHERE (attributes & $1) = $1 AND (attributes & $2) = 0 ORDER BY random() LIMIT 1");
        command.Parameters.Add(new() { Value = (long)want });
        command.Parameters.Add(new() { Value = (long)avoid });
        await ReadAsync(command);
    }

    /// <summary>The ten nearest by pgvector's own distance, exactly.</summary>
    public async Task NearestAsync(Vector query)
    {
        await using var command = _database.CreateCommand(Nearest);
        command.Parameters.Add(new() { Value = query });
        await ReadAsync(command);
    }

    /// <summary>How many workers beside the connection's own process PostgreSQL plans for <see cref="NearestAsync"/>.</summary>
    public async Task<int> WorkersAsync(Vector query)
    {
        const string planned = "Workers Planned: ";
        await using var command = _database.CreateCommand($"EXPLAIN {Nearest}");
        command.Parameters.Add(new() { Value = query });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var line = reader.GetString(0).Trim();
            if (line.StartsWith(planned, StringComparison.Ordinal))
                return int.Parse(line[planned.Length..], System.Globalization.CultureInfo.InvariantCulture);
        }
        return 0;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static string Nearest => $"SELECT source, vector, attributes, vector <-> $1 FROM {Bare} ORDER BY vector <-> $1 LIMIT 10";

    private async Task<int> ModelIdAsync(string version)
    {
        var parts = version.Split('@');
        await using var command = _database.CreateCommand("SELECT id FROM model_versions WHERE name = $1 AND version = $2");
        command.Parameters.Add(new() { Value = parts[0] });
        command.Parameters.Add(new() { Value = parts[1] });
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string table, IEnumerable<NewLatent> latents)
    {
        await using var import = await connection.BeginBinaryImportAsync($"COPY {table} (source, vector, attributes, provenance) FROM STDIN (FORMAT BINARY)");
        foreach (var latent in latents)
        {
            // Not awaited: a value goes into the connection's buffer.
            import.StartRow();
            import.Write(latent.Source, NpgsqlDbType.Text);
            import.Write(new Vector(latent.Latent.Values.ToArray()));
            import.Write((long)latent.AttributeMask, NpgsqlDbType.Bigint);
            import.Write((short)latent.Provenance, NpgsqlDbType.Smallint);
        }
        await import.CompleteAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task ReadAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            reader.GetFieldValue<Vector>(1);
    }
}
