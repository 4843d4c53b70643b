using FaceMix.Common.V1;
using FaceMix.Latents.V1;

namespace FaceMix.Tests.LatentStore.Rpc;

/// <summary>A test of the whole service over gRPC, on an empty store of its own.</summary>
public abstract class RpcTest(TestPostgres postgres) : StoreTest(postgres)
{
    protected const int Size = 8;

    protected RunningStore Store { get; private set; } = null!;

    protected LatentStoreService.LatentStoreServiceClient Client => Store.Client;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        if (Database is null)
            return;
        Store = await RunningStore.StartAsync(Options.ConnectionString);
        await Store.UntilReadyAsync();
    }

    public override async Task DisposeAsync()
    {
        if (Store is not null)
            await Store.DisposeAsync();
        await base.DisposeAsync();
    }

    protected async Task<RegisterModelVersionResponse> RegisterAsync(string version = Version, string digest = Digest, int size = Size) =>
        await Client.RegisterModelVersionAsync(
            new RegisterModelVersionRequest { ModelVersion = version, LatentSpace = digest, LatentSize = size, Attributes = { Attributes } });

    /// <summary>Registers the version and stores faces: face i is "face/i" and has attributes i of those given, all known.</summary>
    protected async Task<AddLatentsResponse> AddAsync(params ulong[] has)
    {
        await RegisterAsync();
        return await AddAsync(Header(), Rows(has));
    }

    /// <summary>One call of these messages.</summary>
    protected async Task<AddLatentsResponse> AddAsync(params AddLatentsRequest[] messages)
    {
        using var call = Client.AddLatents();
        foreach (var message in messages)
            await call.RequestStream.WriteAsync(message);
        await call.RequestStream.CompleteAsync();
        return await call;
    }

    protected static AddLatentsRequest Header(string dataset = "drawn/1", string version = Version) =>
        new() { Header = new() { ModelVersion = version, Dataset = dataset, Attributes = { Attributes } } };

    protected static AddLatentsRequest Rows(params ulong[] has) => new()
    {
        Rows = new()
        {
            Latents =
            {
                has.Select((mask, i) => new NewLatent
                {
                    Source = $"face/{i}",
                    Latent = new Latent { Values = { Numbers(Size, i) }, Provenance = Provenance.Synthetic },
                    Has = mask,
                    Known = All,
                }),
            },
        },
    };
}
