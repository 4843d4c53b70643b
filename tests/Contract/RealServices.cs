using FaceMix.Common.V1;
using FaceMix.Decoder;
using FaceMix.Latents.V1;
using FaceMix.LatentStore;
using FaceMix.ServiceDefaults;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;

namespace FaceMix.Tests.Contract;

/// <summary>A service's address for gRPC, and its HTTP/1.1 address for gRPC-Web.</summary>
public sealed record ServiceAddresses(Uri Grpc, Uri Http);

/// <summary>
/// The whole decoder with the kept model and the whole latent store with PostgreSQL, listening on free ports; once for
/// all tests. In this process, so that what an attack leaves in memory can be measured.
/// </summary>
public sealed class RealServices : IAsyncLifetime
{
    private readonly TestPostgres postgres = new();
    private readonly List<WebApplication> apps = [];

    public ServiceAddresses Decoder { get; private set; } = null!;

    public ServiceAddresses LatentStore { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (NeedsPeersTheoryAttribute.Missing is not null)
            return;
        await postgres.InitializeAsync();
        Decoder = await StartAsync(DecoderApp.Build([.. Common, $"--Models:Path={Repository.PathOf("deploy", "models")}", "--Decoder:Device=cpu"]));
        LatentStore = await StartAsync(LatentStoreApp.Build([.. Common, $"--Store:ConnectionString={postgres.ConnectionString}"]));
        await StoreFacesForBrowsersAsync();
    }

    /// <summary>What the other clients store themselves: browsers cannot stream requests.</summary>
    private async Task StoreFacesForBrowsersAsync()
    {
        const string model = "contract-browser@20260101-000000";
        string[] attributes = ["Smiling", "Eyeglasses"];
        using var channel = GrpcChannel.ForAddress(LatentStore.Grpc);
        var client = new LatentStoreService.LatentStoreServiceClient(channel);
        await client.RegisterModelVersionAsync(new() { ModelVersion = model, LatentSpace = new string('e', 64), LatentSize = 1024, Attributes = { attributes } });
        using var call = client.AddLatents();
        await call.RequestStream.WriteAsync(new() { Header = new() { ModelVersion = model, Dataset = "faces", Attributes = { attributes } } });
        await call.RequestStream.WriteAsync(new()
        {
            Rows = new()
            {
                Latents =
                {
                    Enumerable.Range(0, 250).Select(i => new NewLatent
                    {
                        Source = $"face/{i}",
                        Latent = new() { Values = { Enumerable.Range(0, 1024).Select(n => n == 0 ? i / 10f : 0.5f) }, Provenance = Provenance.Synthetic },
                        Has = (ulong)(i % 4),
                        Known = 3,
                    }),
                },
            },
        });
        await call.RequestStream.CompleteAsync();
        await call;
    }

    public async Task DisposeAsync()
    {
        foreach (var app in apps)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
        await postgres.DisposeAsync();
    }

    // Pages of any origin may call: the browser's is at another one than both services. What the attacks provoke is not for the log.
    private static string[] Common => ["--Bind:GrpcPort=0", "--Bind:HttpPort=0", "--Cors:Origins:0=*", "--Serilog:MinimumLevel:Default=Fatal", "--Serilog:MinimumLevel:Override:Grpc=Fatal"];

    private async Task<ServiceAddresses> StartAsync(WebApplication app)
    {
        apps.Add(app);
        await app.StartAsync();
        var addresses = new ServiceAddresses(app.Addresses()[0], app.Addresses()[1]);
        using var client = new HttpClient();
        for (var i = 0; i < 600; i++)
        {
            using var ready = await client.GetAsync(new Uri(addresses.Http, "/readyz"));
            if (ready.IsSuccessStatusCode)
                return addresses;
            await Task.Delay(100);
        }
        throw new InvalidOperationException($"{addresses.Http} was not ready within 60 s.");
    }
}

/// <summary>One pair of services for all tests of this project, which run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ContractCollection : ICollectionFixture<RealServices>
{
    public const string Name = "Contract";
}

/// <summary>A theory about the real services and clients of other implementations.</summary>
public sealed class NeedsPeersTheoryAttribute() : NeedsTheoryAttribute(Missing)
{
    /// <summary>What is missing, as a sentence; null when nothing is.</summary>
    public static string? Missing { get; } = NeedsPostgresAttribute.Missing
        ?? (KeptModel.Folder is null ? "The checkout has no model under deploy/models." : null)
        ?? NeedsNodeAttribute.Missing
        ?? NeedsPythonAttribute.Missing("grpc", "python3-grpcio")
        ?? (File.Exists("/usr/bin/grpc_python_plugin") ? null : "protoc's plugin for Python is missing: apt-get install protobuf-compiler protobuf-compiler-grpc.")
        ?? Chromium.Missing;
}
