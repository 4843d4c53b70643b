using FaceMix.Common.V1;
using FaceMix.Latents.V1;
using FaceMix.LatentStore;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace FaceMix.Tests.LatentStore;

/// <summary>The program as it is started, as a process of its own.</summary>
public sealed class LatentStoreAppTests(TestPostgres postgres) : StoreTest(postgres)
{
    private const string Service = "facemix.latents.v1.LatentStoreService/";

    [NeedsPostgres]
    public async Task Metrics_count_calls_by_status_and_show_rows_and_times_and_no_secret()
    {
        await MigrateAsync();
        var space = await RegisterAsync(4);
        await LoadAsync(space, "a", Faces(space, Smiling, Eyeglasses, 0));
        await using var service = await ServiceProcess.StartAsync(
            "LatentStore", 0, $"--Store:ConnectionString={Options.ConnectionString}");
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        var client = new LatentStoreService.LatentStoreServiceClient(channel);
        using var http = new HttpClient { BaseAddress = service.Http };
        await MetricsPage.ReadUntilAsync(http, page => page.Value("facemix_store_rows") == 3);

        await client.MatchFeaturesAsync(new MatchFeaturesRequest { Want = { "Smiling" } });
        await client.MatchFeaturesAsync(new MatchFeaturesRequest());
        await client.SearchNearestAsync(new SearchNearestRequest { Latent = new Latent { Values = { 1, 2, 3, 4 } } });
        await AddAsync(client, "face/0", "face/new");
        await FailAsync(async () => await client.MatchFeaturesAsync(new MatchFeaturesRequest { Want = { "Simling" } }));
        await FailAsync(async () => await client.GetLatentAsync(new GetLatentRequest { Id = long.MaxValue }));

        var page = await MetricsPage.ReadUntilAsync(http, page => page.Value("facemix_store_rows") == 4 && page.Calls(Service + "GetLatent", "NOT_FOUND") == 1);
        page.CheckForm();
        Assert.Equal((2, 1), (page.Calls(Service + "MatchFeatures", "OK"), page.Calls(Service + "MatchFeatures", "INVALID_ARGUMENT")));
        Assert.Equal((2, 1), (page.Value("facemix_store_match_duration_seconds_count"), page.Value("facemix_store_search_duration_seconds_count")));
        Assert.Equal((1, 1), (page.Value("facemix_store_rows_stored_total", ("outcome", "added")), page.Value("facemix_store_rows_stored_total", ("outcome", "replaced"))));
        Assert.Equal(["facemix"], page.Labels("db_client_connection_max", "db_client_connection_pool_name"));
        var failures = service.Log.Split('\n').Where(line => line.Contains(" ended with ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, failures.Count);
        Assert.All(failures, line => Assert.Matches(" INF .* trace [0-9a-f]{32}$", line.TrimEnd()));
        Assert.True(page.Value("db_client_operation_duration_seconds_count") > 0);
    }

    [Theory]
    [InlineData("--Store:ConnectionString=Hots=127.0.0.1", "Store:ConnectionString is not one that Npgsql understands, such as Host=127.0.0.1;Username=facemix;Database=facemix: Couldn't set hots")]
    [InlineData("--Store:MaxConnections=0", "Store:MaxConnections is '0', but it must be a whole number from 1 to 500.")]
    [InlineData("--Store:MaxConnections=many", "Store:MaxConnections is 'many', but it must be a whole number from 1 to 500.")]
    [InlineData("--Store:StatementTimeout=2.00:00:00", "Store:StatementTimeout is '2.00:00:00', but it must be 00:00:01 to 01:00:00.")]
    [InlineData("--Store:ConectionString=x", "Store:ConectionString is not a key of this service; Store has ConnectionString, ConnectTimeout, LoadIdleTimeout, MaxConnections, MaxLoads, MaxMemoryMegabytes, MaxRetryDelay, StatementTimeout.")]
    [InlineData("--Bind:GrpcPort=70000", "Bind:GrpcPort is '70000', but it must be a whole number from 0 to 65535.")]
    public async Task A_wrong_value_or_key_ends_the_program_with_a_sentence(string argument, string sentence) => Assert.StartsWith(
        sentence, await FailingStart.SentenceOfAsync(typeof(LatentStoreApp).Assembly, "--Bind:GrpcPort=0", "--Bind:HttpPort=0", argument), StringComparison.Ordinal);

    private static async Task AddAsync(LatentStoreService.LatentStoreServiceClient client, params string[] sources)
    {
        using var call = client.AddLatents();
        await call.RequestStream.WriteAsync(new() { Header = new() { ModelVersion = Version, Dataset = "a", Attributes = { Attributes } } });
        await call.RequestStream.WriteAsync(new()
        {
            Rows = new()
            {
                Latents = { sources.Select(source => new NewLatent { Source = source, Latent = new Latent { Values = { 1, 2, 3, 4 }, Provenance = Provenance.Synthetic } }) },
            },
        });
        await call.RequestStream.CompleteAsync();
        await call;
    }

    private static async Task FailAsync(Func<Task> call) => await Assert.ThrowsAsync<RpcException>(call);
}
