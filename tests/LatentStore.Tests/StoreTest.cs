using FaceMix.LatentStore;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Migrations;
using FaceMix.LatentStore.Search;
using FaceMix.LatentStore.Spaces;
using FaceMix.ModelStore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using MsOptions = Microsoft.Extensions.Options.Options;

namespace FaceMix.Tests.LatentStore;

/// <summary>A test with a database schema of its own, so that it begins with an empty store.</summary>
[Collection(PostgresCollection.Name)]
public abstract class StoreTest(TestPostgres postgres) : IAsyncLifetime
{
    protected const string Version = "facemix-64@20260101-000000";
    protected const string Digest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    protected const string OtherDigest = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    protected const ulong Eyeglasses = 1;
    protected const ulong Smiling = 2;
    protected const ulong BlondHair = 4;
    protected const ulong WearingHat = 8;
    protected const ulong All = 15;

    protected static readonly string[] Attributes = ["Eyeglasses", "Smiling", "Blond_Hair", "Wearing_Hat"];

    protected static ModelVersionId Model { get; } = new("facemix-64", "20260101-000000");

    protected TestPostgres Postgres { get; } = postgres;

    protected StoreOptions Options { get; } = new();

    protected NpgsqlDataSource Database { get; private set; } = null!;

    protected SpaceCatalog Catalog => new(Database);

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

    protected Task MigrateAsync() => new Migrator(Database, Migration.Embedded, Migration.Roles).ApplyAsync(CancellationToken.None);

    /// <summary>Registers a model version with the attributes of these tests.</summary>
    protected async Task<LatentSpace> RegisterAsync(int latentSize = 8, string version = Version, string digest = Digest)
    {
        Assert.True(ModelVersionId.TryParse(version, out var id));
        await new Registration(Database).RegisterAsync(id, digest, latentSize, Attributes, CancellationToken.None);
        return (await Catalog.FindAsync(id, CancellationToken.None))!;
    }

    protected async Task<LatentSpace> NowAsync(LatentSpace space) => (await Catalog.FindAsync(space.Model, CancellationToken.None))!;

    /// <summary>Stores faces in one load.</summary>
    protected async Task<LoadCounts> LoadAsync(LatentSpace space, string dataset, params IEnumerable<NewFace> faces)
    {
        await using var load = await new LatentWriter(Database).BeginAsync(space, dataset, CancellationToken.None);
        foreach (var face in faces)
            await load.WriteAsync(face, CancellationToken.None);
        return await load.CompleteAsync(CancellationToken.None);
    }

    /// <summary>Face i of these is "face/i" with attributes i of those given, all known.</summary>
    protected static IEnumerable<NewFace> Faces(LatentSpace space, params IEnumerable<ulong> has) =>
        has.Select((mask, i) => Face($"face/{i}", Numbers(space.LatentSize, i), mask, All));

    protected static NewFace Face(string source, float[] latent, ulong has, ulong known, short provenance = 1) => new(source, latent, new(has), new(known), provenance);

    protected static FaceFilter Filter(ulong want, ulong avoid, int dataset = 0, short provenance = 0) => new(new(want), new(avoid), dataset, provenance);

    protected FaceCopies Copies() => new(Database, MsOptions.Create(Options), NullLogger<FaceCopies>.Instance);

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

    protected async Task<int> RunAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }
}
