using FaceMix.Tests.Contract.Clients;
using Google.Protobuf;

namespace FaceMix.Tests.Contract;

/// <summary>The three clients, each started when its first case runs.</summary>
public sealed class AllClients : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, Task<IClient>> started = [];

    public Task InitializeAsync() => Task.CompletedTask;

    internal Task<IClient> StartedAsync(string name, RealServices services) =>
        started.TryGetValue(name, out var client) ? client : started[name] = StartAsync(name, services);

    private async Task<IClient> StartAsync(string name, RealServices services)
    {
        var errors = folder.File("errors.binpb");
        await File.WriteAllBytesAsync(errors, Descriptors.Errors.ToByteArray());
        string[] arguments = [services.Decoder.Grpc.Authority, services.LatentStore.Grpc.Authority, errors];
        return name switch
        {
            "node" => ProgramClient.Node(arguments),
            "python" => await ProgramClient.PythonAsync(folder.Path, arguments),
            _ => await BrowserClient.OpenAsync(services, folder.Path),
        };
    }

    public async Task DisposeAsync()
    {
        foreach (var client in started.Values)
            await (await client).DisposeAsync();
        folder.Dispose();
    }
}

/// <summary>Node's, Python's and a browser's gRPC against the real services; the cases are in <c>peers/</c>.</summary>
[Collection(ContractCollection.Name)]
public sealed class ClientTests(RealServices services, AllClients clients) : IClassFixture<AllClients>
{
    private static readonly string[] Everywhere =
    [
        "generates", "names_bad_fields", "finds_no_unknown_model", "reads_a_large_reply", "is_refused_a_large_request", "meets_its_deadline", "cancels",
        "sends_metadata", "calls_a_hundred_times_at_once", "stores_and_finds", "names_bad_fields_to_the_store",
    ];

    // Connect's gRPC-Web client neither compresses nor streams requests, and calls only what it has a descriptor of.
    private static readonly string[] NotInBrowsers = ["sends_gzip", "reads_descriptors", "asks_for_health", "knows_no_unknown_method"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var client in new[] { "node", "python", "browser" })
            {
                foreach (var name in client == "browser" ? Everywhere : [.. Everywhere, .. NotInBrowsers])
                    cases.Add(client, name);
            }
            return cases;
        }
    }

    [NeedsPeersTheory]
    [MemberData(nameof(Cases))]
    public async Task A_client_of_another_implementation(string client, string name)
    {
        var wrong = await (await clients.StartedAsync(client, services)).RunAsync(name);

        Assert.True(wrong is null, wrong);
    }
}
