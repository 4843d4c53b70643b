using FaceMix.Latents.V1;
using FaceMix.LatentStore;
using FaceMix.ServiceDefaults;
using FaceMix.Tests;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Pgvector;

namespace FaceMix.Benchmarks.Store;

/// <summary>
/// The latent store over gRPC beside the database's own COPY and pgvector's own scan, on the same rows and server.
/// </summary>
internal static class StoreBenchmark
{
    private const int LatentSize = 128;
    private const int BatchSize = 1000;
    private static readonly string[] Attributes = [.. Enumerable.Range(0, 40).Select(i => $"Attribute_{i}")];

    public static async Task RunAsync()
    {
        if (NeedsPostgresAttribute.Missing is { } missing)
        {
            Console.WriteLine($"The store is not measured: {missing}");
            return;
        }
        var postgres = new LocalPostgres();
        await postgres.InitializeAsync();
        try
        {
            var transcript = new Transcript("store", "Latent store");
            transcript.Line($"`./facemix bench store`: latents of {LatentSize} numbers, 40 attributes, {Environment.ProcessorCount} processors.\n");
            transcript.Line("| rows | what | FaceMix | instead | ratio |\n|---:|---|---:|---:|---:|");
            await using var app = await StartAsync(postgres.ConnectionString);
            using var channel = GrpcChannel.ForAddress(app.Addresses()[0]);
            var client = new LatentStoreService.LatentStoreServiceClient(channel);
            foreach (var rows in new[] { 5_000, 100_000 })
                await MeasureAsync(client, postgres.ConnectionString, rows, transcript);
            transcript.Keep();
        }
        finally
        {
            await postgres.DisposeAsync();
        }
    }

    private static async Task<WebApplication> StartAsync(string connectionString)
    {
        var app = LatentStoreApp.Build(
            ["--Bind:GrpcPort=0", "--Bind:HttpPort=0", $"--Store:ConnectionString={connectionString}", "--Serilog:MinimumLevel:Default=Warning"]);
        await app.StartAsync();
        while (!app.Services.GetRequiredService<Readiness>().IsReady)
            await Task.Delay(20);
        return app;
    }

    private static async Task MeasureAsync(LatentStoreService.LatentStoreServiceClient client, string connectionString, int rows, Transcript transcript)
    {
        var version = $"bench-{rows}@1";
        var requests = Requests(version, rows).ToList();
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.MaxAutoPrepare = 20;
        builder.UseVector();
        await using var database = builder.Build();

        var load = await Timing.OfOneAsync(async () =>
        {
            foreach (var request in requests)
                await client.AddLatentsAsync(request);
        });
        var copy = await Timing.OfOneAsync(() => CopyAsync(database, rows, requests));
        Row(transcript, rows, $"load (per second; instead: binary COPY into a bare table)", rows / load, rows / copy, copy / load, "0");

        var runs = rows > 50_000 ? 50 : 300;
        var match = await Timing.InTurnAsync(
            runs,
            async i => await client.MatchFeaturesAsync(new MatchFeaturesRequest
            {
                ModelVersion = version,
                Want = { Attributes[i % 20], Attributes[20 + (i % 20)] },
                Avoid = { Attributes[(i + 7) % 20] },
                Seed = (ulong)i,
            }),
            i => RandomRowAsync(database, rows, i));
        Row(transcript, rows, "match by features, p50 ms (instead: ORDER BY random() LIMIT 1)", match.Ours, match.Theirs, match.Theirs / match.Ours, "0.00");

        var query = requests[0].Latents[0].Latent;
        var near = await Timing.InTurnAsync(
            runs,
            async _ => await client.SearchNearestAsync(new SearchNearestRequest { ModelVersion = version, Query = query }),
            _ => ScanAsync(database, rows, query));
        Row(transcript, rows, "ten nearest, p50 ms (instead: pgvector's own scan)", near.Ours, near.Theirs, near.Theirs / near.Ours, "0.00");

        var again = await Timing.OfOneAsync(async () =>
        {
            foreach (var request in requests)
                await client.AddLatentsAsync(request);
        });
        Row(transcript, rows, "the same again: every row replaced (per second)", rows / again, rows / copy, copy / again, "0");
    }

    private static void Row(Transcript transcript, int rows, string what, double ours, double theirs, double ratio, string format) =>
        transcript.Line($"| {rows} | {what} | {ours.ToString(format)} | {theirs.ToString(format)} | {ratio:0.00} |");

    private static IEnumerable<AddLatentsRequest> Requests(string version, int rows)
    {
        var random = new Random(1);
        for (var begin = 0; begin < rows; begin += BatchSize)
        {
            var request = new AddLatentsRequest { ModelVersion = version, Attributes = { Attributes } };
            for (var i = begin; i < Math.Min(rows, begin + BatchSize); i++)
            {
                var values = new float[LatentSize];
                for (var k = 0; k < LatentSize; k++)
                    values[k] = (random.NextSingle() * 6) - 3;
                request.Latents.Add(new NewLatent
                {
                    Source = $"bench/{i}",
                    Latent = new Latent { Values = { values } },
                    // A quarter of the bits: features are rarer than not.
                    AttributeMask = (ulong)random.NextInt64(1L << 40) & (ulong)random.NextInt64(1L << 40),
                    Provenance = Provenance.Synthetic,
                });
            }
            yield return request;
        }
    }

    private static async Task CopyAsync(NpgsqlDataSource database, int rows, IReadOnlyList<AddLatentsRequest> requests)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand($"CREATE TABLE bare_{rows} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text, vector vector, attributes bigint)", connection))
            await create.ExecuteNonQueryAsync();
        await using var import = await connection.BeginBinaryImportAsync($"COPY bare_{rows} (source, vector, attributes) FROM STDIN (FORMAT BINARY)");
        foreach (var latent in requests.SelectMany(request => request.Latents))
        {
            await import.StartRowAsync();
            await import.WriteAsync(latent.Source, NpgsqlDbType.Text);
            await import.WriteAsync(new Vector(latent.Latent.Values.ToArray()));
            await import.WriteAsync((long)latent.AttributeMask, NpgsqlDbType.Bigint);
        }
        await import.CompleteAsync();
    }

    private static async Task RandomRowAsync(NpgsqlDataSource database, int rows, int i)
    {
        var want = (1L << (i % 20)) | (1L << (20 + (i % 20)));
        await using var command = database.CreateCommand(
            $"SELECT id, source, vector, attributes FROM bare_{rows} WHERE (attributes & $1) = $1 AND (attributes & $2) = 0 ORDER BY random() LIMIT 1");
        command.Parameters.Add(new() { Value = want });
        command.Parameters.Add(new() { Value = 1L << ((i + 7) % 20) });
        await ReadAsync(command);
    }

    private static async Task ScanAsync(NpgsqlDataSource database, int rows, Latent query)
    {
        await using var command = database.CreateCommand(
            $"SELECT id, source, vector, attributes, vector <-> $1 FROM bare_{rows} ORDER BY vector <-> $1 LIMIT 10");
        command.Parameters.Add(new() { Value = new Vector(query.Values.ToArray()) });
        await ReadAsync(command);
    }

    private static async Task ReadAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            reader.GetFieldValue<Vector>(2);
    }
}
