using System.Net;
using FaceMix.Latents.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class OutageTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task A_database_that_goes_away_is_unavailable_and_found_again()
    {
        await AddAsync(Smiling);

        await Postgres.StopAsync();
        try
        {
            var error = await RunningStore.ErrorOfAsync(async () => await Client.MatchFeaturesAsync(new MatchFeaturesRequest()));
            Assert.Equal((StatusCode.Unavailable, "DATABASE_UNAVAILABLE"), (error.Code, error.Reason));
            await Store.UntilReadyAsync(ready: false);
            using var ready = await Store.Http.GetAsync("/readyz");
            using var health = await Store.Http.GetAsync("/healthz");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (ready.StatusCode, health.StatusCode));
        }
        finally
        {
            await Postgres.StartAsync();
        }

        await Store.UntilReadyAsync();
        Assert.Equal("face/0", (await Client.MatchFeaturesAsync(new MatchFeaturesRequest())).Matches[0].Latent.Source);
    }

    [NeedsPostgres]
    public async Task A_store_that_starts_before_its_database_waits_for_it()
    {
        await Postgres.StopAsync();
        RunningStore store;
        try
        {
            store = await RunningStore.StartAsync(Options.ConnectionString);
            await store.UntilReadyAsync(ready: false);
            var error = await RunningStore.ErrorOfAsync(async () => await store.Client.ListModelVersionsAsync(new ListModelVersionsRequest()));
            Assert.Equal((StatusCode.Unavailable, "DATABASE_UNAVAILABLE"), (error.Code, error.Reason));
        }
        finally
        {
            await Postgres.StartAsync();
        }

        await using (store)
        {
            await store.UntilReadyAsync();
            Assert.Empty((await store.Client.ListModelVersionsAsync(new ListModelVersionsRequest())).ModelVersions);
        }
    }
}
