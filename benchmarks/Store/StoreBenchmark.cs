using System.Globalization;
using FaceMix.Latents.V1;
using FaceMix.Tests;
using FaceMix.Trainer;
using Grpc.Net.Client;
using Pgvector;
using static FaceMix.Benchmarks.Timing;

namespace FaceMix.Benchmarks.Store;

/// <summary>
/// The latent store's process over gRPC beside what somebody would write against the same PostgreSQL with Npgsql, on the same rows.
/// </summary>
internal sealed class StoreBenchmark(LatentStoreService.LatentStoreServiceClient client, ByHand byHand, Transcript transcript)
{
    private const int Turns = 3;

    /// <param name="arguments"><c>celeba</c>: as many rows as CelebA has pictures, 256 numbers each, instead of the smaller sizes.</param>
    /// <exception cref="UsageException">Another argument.</exception>
    public static async Task RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments is not ([] or ["celeba"]))
            throw new UsageException($"bench store: '{string.Join(' ', arguments)}' was given; allowed is 'celeba' or nothing.");
        if (NeedsPostgresAttribute.Missing is { } missing)
            throw new InvalidOperationException(missing);
        var celeba = arguments.Count > 0;
        var postgres = new LocalPostgres();
        await postgres.InitializeAsync();
        try
        {
            var options = new[] { $"--Store:ConnectionString={postgres.ConnectionString}", "--Serilog:MinimumLevel:Default=Warning" };
            var service = await ServiceProcess.StartAsync("LatentStore", 0, options);
            await using var byHand = new ByHand(postgres.ConnectionString);
            var transcript = celeba ? new Transcript("store-celeba", "Latent store, as many rows as CelebA") : new("store", "Latent store");
            transcript.Head(
                $"./facemix bench store{(celeba ? " celeba" : "")}",
                $"""
                One caller, 41 attributes, PostgreSQL without fsync for both. Loads: medians of {Turns} turns, one call each; by hand one COPY and one merge (`ON CONFLICT`).
                Queries: p50. A ratio above 1 says that FaceMix is the faster one.
                """);
            transcript.Line("| rows | numbers | what | FaceMix | instead | ratio | instead is |\n|--:|--:|---|--:|--:|--:|---|");
            using (var channel = GrpcChannel.ForAddress(service.Grpc))
            {
                var benchmark = new StoreBenchmark(new(channel), byHand, transcript);
                foreach (var (rows, size) in celeba ? [(202_599, 256)] : new[] { (5_000, 128), (100_000, 128) })
                    await benchmark.MeasureAsync(rows, size);
            }
            await service.DisposeAsync();
            await StartAsync(options, transcript);
            transcript.Keep();
        }
        finally
        {
            await postgres.DisposeAsync();
        }
    }

    /// <summary>From the process's start to the first answer, with the rows that the last measurement left.</summary>
    private static async Task StartAsync(string[] options, Transcript transcript)
    {
        GetStatsResponse? stats = null;
        var seconds = await OfOneAsync(async () =>
        {
            await using var service = await ServiceProcess.StartAsync("LatentStore", 0, options);
            using var channel = GrpcChannel.ForAddress(service.Grpc);
            stats = await new LatentStoreService.LatentStoreServiceClient(channel).GetStatsAsync(new());
        });
        transcript.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"\nA start with {stats!.Latents} rows takes {seconds:0.0} s to the first answer; the copy in memory has {stats.MemoryBytes / 1e6:0} MB."));
    }

    private async Task MeasureAsync(int rows, int size)
    {
        var (requests, others) = (Faces.Of(rows, size), Faces.Of(rows, size, seed: 2));
        var (latents, otherLatents) = (requests.SelectMany(request => request.Rows.Latents), others.SelectMany(request => request.Rows.Latents));
        var queries = latents.Take(100).Select(latent => new Vector(latent.Latent.Values.Select(value => value * 0.9f).ToArray())).ToArray();
        List<double> added = [], addedByHand = [], bare = [], replaced = [], replacedByHand = [], again = [];
        (double Ours, double Theirs) match = default, near = default, nearFew = default;
        var workers = 0;
        // The first turn warms up: compilers at run time, statements, PostgreSQL's files.
        for (var turn = 0; turn <= Turns; turn++)
        {
            Console.Error.WriteLine($"{rows} × {size}: {(turn == 0 ? "warming up" : $"turn {turn} of {Turns}")}");
            var (other, version) = (await RegisterAsync($"by-hand-{rows}@{turn}", size), await RegisterAsync($"service-{rows}@{turn}", size));
            await AddAsync(other, Faces.Of(1, size));
            await byHand.EmptyAsync(other);
            await byHand.MakeBareAsync();
            await LoadAsync(added, () => AddAsync(version, requests));
            await LoadAsync(addedByHand, () => byHand.LoadKeyedAsync(other, latents));
            await LoadAsync(bare, () => byHand.LoadBareAsync(latents));
            // Before rows are replaced, which leaves a table twice as large.
            if (turn == Turns)
            {
                await byHand.SettleAsync();
                (match, near, nearFew) = (await MatchAsync(version, rows), await NearestAsync(version, rows, queries, few: false), await NearestAsync(version, rows, queries, few: true));
                workers = await byHand.WorkersAsync(queries[0]);
            }
            await LoadAsync(again, () => AddAsync(version, requests));
            await LoadAsync(replaced, () => AddAsync(version, others));
            await LoadAsync(replacedByHand, () => byHand.LoadKeyedAsync(other, otherLatents));
            await byHand.EmptyAsync(other);
            if (turn < Turns)
                await byHand.EmptyAsync(version);

            async Task LoadAsync(List<double> rates, Func<Task> load)
            {
                var seconds = await OfOneAsync(load);
                if (turn > 0)
                    rates.Add(rows / seconds);
            }
        }
        void Row(string what, double ours, double theirs, double ratio, string format, string instead) =>
            transcript.Line($"| {rows} | {size} | {what} | {ours.ToString(format)} | {theirs.ToString(format)} | {ratio:0.00} | {instead} |");
        void Load(string what, List<double> ours, List<double> theirs, string instead) => Row(what, Median(ours), Median(theirs), MedianRatio(ours, theirs), "0", instead);
        void Query(string what, (double Ours, double Theirs) times, string instead) => Row(what, times.Ours, times.Theirs, times.Theirs / times.Ours, "0.00", instead);

        Load("new rows a second", added, addedByHand, "the same COPY and merge by hand, into the same keyed table");
        Load("new rows a second", added, bare, "COPY into a bare table");
        Load("replaced rows a second", replaced, replacedByHand, "the same COPY and merge by hand, into the same keyed table");
        Load("replaced rows a second", replaced, bare, "COPY into a bare table");
        Load("the same rows again, a second", again, bare, "COPY into a bare table");
        Query("match by features, ms", match, "`ORDER BY random() LIMIT 1`");
        Query("ten nearest, ms", near, $"pgvector's own exact scan, {workers} parallel workers");
        Query("ten nearest of 1 %, ms", nearFew, "the same scan with a condition");
    }

    private Task<(double Ours, double Theirs)> MatchAsync(string version, int rows) => InTurnAsync(
        QueriesOf(rows),
        async i => await client.MatchFeaturesAsync(new()
        {
            ModelVersion = version,
            Want = { Faces.Attributes[i % 20], Faces.Attributes[20 + (i % 20)] },
            Avoid = { Faces.Attributes[(i + 7) % 20] },
            Seed = (ulong)i,
        }),
        i => byHand.MatchAsync((1UL << (i % 20)) | (1UL << (20 + (i % 20))), 1UL << ((i + 7) % 20)));

    private Task<(double Ours, double Theirs)> NearestAsync(string version, int rows, Vector[] queries, bool few) => InTurnAsync(
        QueriesOf(rows),
        async i => await client.SearchNearestAsync(new()
        {
            ModelVersion = version,
            Latent = new() { Values = { queries[i % queries.Length].ToArray() } },
            Filter = few ? new() { Want = { Faces.Attributes[40] } } : null,
        }),
        i => byHand.NearestAsync(queries[i % queries.Length], few ? 1UL << 40 : 0));

    private static int QueriesOf(int rows) => rows > 50_000 ? 50 : 300;

    private async Task<string> RegisterAsync(string version, int size)
    {
        var space = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(version)));
        await client.RegisterModelVersionAsync(new() { ModelVersion = version, LatentSpace = space, LatentSize = size, Attributes = { Faces.Attributes } });
        return version;
    }

    private async Task AddAsync(string version, IEnumerable<AddLatentsRequest> rows)
    {
        using var call = client.AddLatents();
        await call.RequestStream.WriteAsync(new() { Header = new() { ModelVersion = version, Dataset = "bench", Attributes = { Faces.Attributes } } });
        foreach (var message in rows)
            await call.RequestStream.WriteAsync(message);
        await call.RequestStream.CompleteAsync();
        if ((await call).Refused is > 0 and var refused)
            throw new InvalidOperationException($"The store refused {refused} rows.");
    }
}
