using FaceMix.Latents;
using FaceMix.LatentStore;
using FaceMix.LatentStore.Features;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Schema;
using FaceMix.ModelStore;
using Npgsql;
using Xunit;

namespace FaceMix.Tests.LatentStore;

/// <summary>A test with a database schema of its own, so that it begins with an empty store.</summary>
[Collection(PostgresCollection.Name)]
public abstract class StoreTest(TestPostgres postgres) : IAsyncLifetime
{
    protected static readonly ModelVersionId Model = new("facemix-64", "20260101-000000");
    protected static readonly AttributeNames Attributes = new(["Eyeglasses", "Smiling", "Blond_Hair", "Wearing_Hat"]);

    protected const ulong Eyeglasses = 1;
    protected const ulong Smiling = 2;
    protected const ulong BlondHair = 4;
    protected const ulong WearingHat = 8;

    protected TestPostgres Postgres { get; } = postgres;

    protected StoreOptions Options { get; } = new();

    protected NpgsqlDataSource Database { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        if (Postgres.ConnectionString.Length == 0)
            return;
        var schema = $"test_{Guid.NewGuid():n}";
        await using (var whole = NpgsqlDataSource.Create(Postgres.ConnectionString))
        await using (var create = whole.CreateCommand($"CREATE SCHEMA {schema}"))
            await create.ExecuteNonQueryAsync();
        Options.ConnectionString = $"{Postgres.ConnectionString};Search Path={schema},public";
        Database = FaceMix.LatentStore.Database.Open(Options);
    }

    public virtual async Task DisposeAsync()
    {
        if (Database is not null)
            await Database.DisposeAsync();
    }

    protected Task MigrateAsync() => new Migrator(Database, Migration.Embedded).ApplyAsync(CancellationToken.None);

    /// <summary>Stores rows with these masks; row i is named "face/i" and has the vector [i % 100, seeded noise...].</summary>
    protected async Task AddAsync(ModelVersionId model, int latentSize, params ulong[] masks)
    {
        var rows = masks.Select((mask, i) => Row($"face/{i}", Numbers(latentSize, i), mask));
        await new LatentWriter(Database).AddAsync(new LatentBatch(model, latentSize, Attributes, [.. rows]), CancellationToken.None);
    }

    protected static LatentBatch.Row Row(string source, float[] values, ulong mask, int provenance = 1) => new(source, values, new AttributeMask(mask), provenance);

    protected static Wish Wish(ulong want, ulong avoid) => new(new AttributeMask(want), new AttributeMask(avoid));

    protected static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        var numbers = Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 6) - 3).ToArray();
        numbers[0] = seed % 100;
        return numbers;
    }

    protected async Task<T> AskAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
