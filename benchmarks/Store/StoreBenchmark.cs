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
            await using var service = await ServiceProcess.StartAsync(
                "LatentStore", 0, $"--Store:ConnectionString={postgres.ConnectionString}", "--Serilog:MinimumLevel:Default=Warning");
            await using var byHand = new ByHand(postgres.ConnectionString);
            using var channel = GrpcChannel.ForAddress(service.Grpc);
            var transcript = celeba ? new Transcript("store-celeba", "Latent store, as many rows as CelebA") : new("store", "Latent store");
            transcript.Head(
                $"./facemix bench store{(celeba ? " celeba" : "")}",
                $"""
                One caller, 40 attributes, PostgreSQL without fsync for both. Loads: medians of {Turns} turns, requests of a thousand rows one after the other; by hand one COPY and one merge (`ON CONFLICT`).
                Queries: p50. A ratio above 1 says that FaceMix is the faster one.
                """);
            transcript.Line("| rows | numbers | what | FaceMix | instead | ratio | instead is |\n|--:|--:|---|--:|--:|--:|---|");
            var benchmark = new StoreBenchmark(new(channel), byHand, transcript);
            foreach (var (rows, size) in celeba ? [(202_599, 256)] : new[] { (5_000, 128), (100_000, 128) })
                await benchmark.MeasureAsync(rows, size);
            transcript.Keep();
        }
        finally
        {
            await postgres.DisposeAsync();
        }
    }

    private async Task MeasureAsync(int rows, int size)
    {
        var requests = Faces.Of(rows, size);
        var latents = requests.SelectMany(request => request.Latents);
        var query = requests[0].Latents[0].Latent;
        List<double> added = [], addedByHand = [], bare = [], replaced = [], replacedByHand = [];
        (double Ours, double Theirs) match = default, near = default;
        var workers = 0;
        // The first turn warms up: compilers at run time, statements, PostgreSQL's files.
        for (var turn = 0; turn <= Turns; turn++)
        {
            Console.Error.WriteLine($"{rows} × {size}: {(turn == 0 ? "warming up" : $"turn {turn} of {Turns}")}");
            var (version, other) = ($"service-{rows}@{turn}", $"by-hand-{rows}@{turn}");
            await AddAsync(other, [new() { Attributes = { Faces.Attributes }, Latents = { new NewLatent(requests[0].Latents[0]) { Source = "first" } } }]);
            await byHand.MakeBareAsync();
            await LoadAsync(added, () => AddAsync(version, requests));
            await LoadAsync(addedByHand, () => byHand.LoadKeyedAsync(other, latents));
            await LoadAsync(bare, () => byHand.LoadBareAsync(latents));
            // Before rows are replaced, which leaves a table twice as large.
            if (turn == Turns)
            {
                await byHand.SettleAsync();
                (match, near, workers) = (await MatchAsync(version, rows), await NearestAsync(version, rows, query), await byHand.WorkersAsync(new(query.Values.ToArray())));
            }
            await LoadAsync(replaced, () => AddAsync(version, requests));
            await LoadAsync(replacedByHand, () => byHand.LoadKeyedAsync(other, latents));
            await byHand.EmptyAsync(version);
            await byHand.EmptyAsync(other);

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
        Query("match by features, ms", match, "`ORDER BY random() LIMIT 1`");
        Query("ten nearest, ms", near, $"pgvector's own exact scan, {workers} parallel workers");
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

    private Task<(double Ours, double Theirs)> NearestAsync(string version, int rows, Latent query)
    {
        var vector = new Vector(query.Values.ToArray());
        return InTurnAsync(
            QueriesOf(rows),
            async _ => await client.SearchNearestAsync(new() { ModelVersion = version, Query = query, PageSize = 10 }),
            _ => byHand.NearestAsync(vector));
    }

    private static int QueriesOf(int rows) => rows > 50_000 ? 50 : 300;

    private async Task AddAsync(string version, IEnumerable<AddLatentsRequest> requests)
    {
        foreach (var request in requests)
        {
            request.ModelVersion = version;
            await client.AddLatentsAsync(request);
        }
    }
}
