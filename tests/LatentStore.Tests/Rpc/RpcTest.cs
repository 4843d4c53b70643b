using FaceMix.Latents.V1;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

/// <summary>A test of the whole service over gRPC, on an empty store of its own.</summary>
public abstract class RpcTest(TestPostgres postgres) : StoreTest(postgres)
{
    protected const string Version = "facemix-64@20260101-000000";
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

    /// <summary>A valid request: row i is "face/i" with mask i of those given.</summary>
    protected static AddLatentsRequest Latents(params ulong[] masks)
    {
        var request = new AddLatentsRequest { ModelVersion = Version, Attributes = { Attributes.Names } };
        request.Latents.AddRange(masks.Select((mask, i) => new NewLatent
        {
            Source = $"face/{i}",
            Latent = new Latent { Values = { Numbers(Size, i) } },
            AttributeMask = mask,
            Provenance = Provenance.Synthetic,
        }));
        return request;
    }

    /// <summary>The error of a request that differs from a valid one in what <paramref name="spoil"/> does.</summary>
    protected async Task<Dictionary<string, string>> FieldsOfSpoiltAsync(Action<AddLatentsRequest> spoil, int count = 5)
    {
        var request = Latents(new ulong[count]);
        spoil(request);
        var (code, reason, _, fields) = await RunningStore.ErrorOfAsync(async () => await Client.AddLatentsAsync(request));
        Assert.Equal(Grpc.Core.StatusCode.InvalidArgument, code);
        Assert.Equal("INVALID_REQUEST", reason);
        return fields;
    }
}
