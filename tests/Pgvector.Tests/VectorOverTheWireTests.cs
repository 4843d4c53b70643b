using Npgsql;
using NpgsqlTypes;
using Xunit;
using Vector = global::Pgvector.Vector;

namespace FaceMix.Tests.Pgvector;

[Collection(PostgresCollection.Name)]
public sealed class VectorOverTheWireTests(LocalPostgres postgres) : IAsyncLifetime
{
    private NpgsqlDataSource _database = null!;

    public Task InitializeAsync()
    {
        if (postgres.ConnectionString.Length == 0)
            return Task.CompletedTask;
        var builder = new NpgsqlDataSourceBuilder(postgres.ConnectionString);
        builder.UseVector();
        _database = builder.Build();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [NeedsPostgres]
    public async Task A_vector_comes_back_as_it_went()
    {
        var sent = Numbers(128);
        await using var command = _database.CreateCommand("SELECT $1, $1::text, vector_dims($1)");
        command.Parameters.AddWithValue(sent);

        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());

        Assert.Equal(sent, reader.GetFieldValue<Vector>(0));
        Assert.Equal(sent, Assert.IsType<Vector>(reader.GetValue(0)));
        Assert.Equal(sent, new Vector(reader.GetString(1)));
        Assert.Equal(128, reader.GetInt32(2));
    }

    [NeedsPostgres]
    public async Task A_vector_larger_than_the_buffers_comes_back_whole()
    {
        var sent = Numbers(16_000);
        await using var connection = await _database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT $1", connection) { Parameters = { new() { Value = sent } } };

        Assert.Equal(sent, (Vector?)await command.ExecuteScalarAsync());
        // The synchronous ways are other code.
#pragma warning disable CA1849
        Assert.Equal(sent, (Vector?)command.ExecuteScalar());
#pragma warning restore CA1849
    }

    [NeedsPostgres]
    public async Task Binary_copy_writes_and_reads_vectors()
    {
        var sent = Enumerable.Range(1, 300).Select(seed => Numbers(128, seed)).ToArray();
        await using var connection = await _database.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand("CREATE TEMP TABLE copied (id int, v vector(128))", connection))
            await create.ExecuteNonQueryAsync();

        await using (var import = await connection.BeginBinaryImportAsync("COPY copied FROM STDIN (FORMAT BINARY)"))
        {
            for (var i = 0; i < sent.Length; i++)
            {
                await import.StartRowAsync();
                await import.WriteAsync(i, NpgsqlDbType.Integer);
                await import.WriteAsync(sent[i]);
            }
            await import.CompleteAsync();
        }

        var read = new List<Vector>();
        await using (var export = await connection.BeginBinaryExportAsync("COPY (SELECT v FROM copied ORDER BY id) TO STDOUT (FORMAT BINARY)"))
        {
            while (await export.StartRowAsync() >= 0)
                read.Add(await export.ReadAsync<Vector>());
        }
        Assert.Equal(sent, read);
    }

    [NeedsPostgres]
    public async Task Arrays_of_vectors_and_nulls_are_mapped()
    {
        Vector[] sent = [Numbers(3), Numbers(5)];
        await using var command = _database.CreateCommand("SELECT $1, NULL::vector");
        command.Parameters.AddWithValue(sent);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());

        Assert.Equal(sent, reader.GetFieldValue<Vector[]>(0));
        Assert.True(await reader.IsDBNullAsync(1));
    }

    [NeedsPostgres]
    public async Task The_server_measures_distances_to_a_parameter()
    {
        await using var command = _database.CreateCommand("SELECT '[0,3]'::vector <-> $1");
        command.Parameters.AddWithValue(new Vector(new[] { 4f, 0f }));

        Assert.Equal(5.0, await command.ExecuteScalarAsync());
    }

    private static Vector Numbers(int count, int seed = 1)
    {
        var random = new Random(seed);
        return new Vector(Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 200).ToArray());
    }
}
