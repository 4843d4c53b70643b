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

    /// <summary>Loads into the store's own table, under a version and a data set that are there: one COPY and one merge, in one transaction.</summary>
    public async Task LoadKeyedAsync(string version, IEnumerable<NewLatent> latents)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, """CREATE TEMP TABLE by_hand (source text COLLATE "C", vector vector, has bigint, known bigint, provenance smallint) ON COMMIT DROP""");
        await CopyAsync(connection, "by_hand", latents);
        var space = await SpaceAsync(version);
        // The revision as the service gives it; without it a trigger would be called for each row.
        await using var next = new NpgsqlCommand($"SELECT next_revision({space})", connection);
        await ExecuteAsync(
            connection,
            $"""
            INSERT INTO latents (space_id, dataset_id, source, vector, has, known, provenance, revision)
            SELECT {space}, (SELECT id FROM datasets WHERE space_id = {space}), source, vector, has, known, provenance, {await next.ExecuteScalarAsync()} FROM by_hand
            ON CONFLICT (space_id, dataset_id, source) DO UPDATE
            SET vector = excluded.vector, has = excluded.has, known = excluded.known, provenance = excluded.provenance, revision = excluded.revision, stored_at = now()
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
        await ExecuteAsync(connection, $"DROP TABLE IF EXISTS {Bare}; CREATE TABLE {Bare} (source text, vector vector, has bigint, known bigint, provenance smallint)");
    }

    /// <summary>As autovacuum does sooner or later, so that the planner knows the tables and no query pays for it.</summary>
    public async Task SettleAsync()
    {
        await using var connection = await _database.OpenConnectionAsync();
        await ExecuteAsync(connection, "VACUUM ANALYZE");
    }

    /// <summary>Empties a version's partition; the service reads its copy anew.</summary>
    public async Task EmptyAsync(string version)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await ExecuteAsync(connection, $"TRUNCATE latents_of_space_{await SpaceAsync(version)}");
    }

    /// <summary>A row that has both wanted bits and lacks the other, by chance.</summary>
    public async Task MatchAsync(ulong want, ulong avoid)
    {
        await using var command = _database.CreateCommand(
            $"SELECT source, vector, has FROM {Bare} WHERE (has & $1) = $1 AND (known & ~has & $2) = $2 ORDER BY random() LIMIT 1");
        command.Parameters.Add(new() { Value = (long)want });
        command.Parameters.Add(new() { Value = (long)avoid });
        await ReadAsync(command);
    }

    /// <summary>The ten nearest by pgvector's own distance, exactly.</summary>
    /// <param name="query">From where.</param>
    /// <param name="want">Only of rows that have these bits; 0 means any.</param>
    public async Task NearestAsync(Vector query, ulong want = 0)
    {
        await using var command = _database.CreateCommand(Nearest(want));
        command.Parameters.Add(new() { Value = query });
        if (want != 0)
            command.Parameters.Add(new() { Value = (long)want });
        await ReadAsync(command);
    }

    /// <summary>How many workers beside the connection's own process PostgreSQL plans for <see cref="NearestAsync"/>.</summary>
    public async Task<int> WorkersAsync(Vector query)
    {
        const string planned = "Workers Planned: ";
        await using var command = _database.CreateCommand($"EXPLAIN {Nearest(0)}");
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

    private static string Nearest(ulong want) =>
        $"SELECT source, vector, has, vector <-> $1 FROM {Bare} {(want == 0 ? "" : "WHERE (has & $2) = $2")} ORDER BY vector <-> $1 LIMIT 10";

    private async Task<int> SpaceAsync(string version)
    {
        await using var command = _database.CreateCommand("SELECT space_id FROM models WHERE model = $1");
        command.Parameters.Add(new() { Value = version });
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string table, IEnumerable<NewLatent> latents)
    {
        await using var import = await connection.BeginBinaryImportAsync($"COPY {table} (source, vector, has, known, provenance) FROM STDIN (FORMAT BINARY)");
        foreach (var latent in latents)
        {
            // Not awaited: a value goes into the connection's buffer.
            import.StartRow();
            import.Write(latent.Source, NpgsqlDbType.Text);
            import.Write(new Vector(latent.Latent.Values.ToArray()));
            import.Write((long)latent.Has, NpgsqlDbType.Bigint);
            import.Write((long)latent.Known, NpgsqlDbType.Bigint);
            import.Write((short)latent.Latent.Provenance, NpgsqlDbType.Smallint);
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
