using FaceMix.Common.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class DirectionsTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task A_direction_leads_from_those_that_lack_an_attribute_to_those_that_have_it()
    {
        await RegisterAsync();
        var rows = Rows(Smiling, Smiling, 0, 0, 0);
        float[] places = [3, 1, 0, 2, 100];
        for (var i = 0; i < 5; i++)
            rows.Rows.Latents[i].Latent = new Latent { Values = { new float[] { places[i], 5, 0, 0, 0, 0, 0, 0 } }, Provenance = Provenance.Synthetic };
        // Of the last one it is not known.
        rows.Rows.Latents[4].Known = All & ~Smiling;
        await AddAsync(Header(), rows);

        var reply = await Client.GetDirectionsAsync(new() { Attributes = { "Smiling" } });

        var smiling = Assert.Single(reply.Directions);
        Assert.Equal(("Smiling", 1.0, 2L, 2L), (smiling.Attribute, smiling.Length, smiling.FacesWith, smiling.FacesWithout));
        Assert.Equal([1f, 0, 0, 0, 0, 0, 0, 0], smiling.Unit.Values);
        // Of the four pairs with and without, 3-0, 3-2 and 1-0 are in order.
        Assert.Equal(0.75, smiling.Auc, 1e-9);
        Assert.Equal([21.2f, 5], reply.Mean.Values.Take(2));
        Assert.Equal((Digest, 5L), (reply.Mean.LatentSpace, reply.Faces));
    }

    [NeedsPostgres]
    public async Task They_stay_until_they_are_computed_anew()
    {
        await AddAsync(Smiling, 0);
        var first = await Client.GetDirectionsAsync(new());
        await AddAsync(Header(), Rows(Smiling, 0, Smiling));
        var second = await Client.GetDirectionsAsync(new());

        var computed = await Client.RecomputeDirectionsAsync(new() { ModelVersion = Version });
        var third = await Client.GetDirectionsAsync(new());

        Assert.Equal(first, second);
        Assert.Equal((1, 2L), (computed.Directions, computed.Revision));
        Assert.Equal((2L, 3L, 2L), (third.Directions[0].FacesWith, third.Faces, third.Revision));
        Assert.Equal("Smiling 2 1", await AskAsync<string>("SELECT concat_ws(' ', attribute, faces_with, faces_without) FROM directions"));
    }

    [NeedsPostgres]
    public async Task An_attribute_without_a_direction_is_told()
    {
        await AddAsync(Smiling, 0);

        var none = await RunningStore.ErrorOfAsync(async () => await Client.GetDirectionsAsync(new() { Attributes = { "Wearing_Hat" } }));
        var unknown = await RunningStore.ErrorOfAsync(async () => await Client.GetDirectionsAsync(new() { Attributes = { "Smilin" } }));

        Assert.Equal((StatusCode.FailedPrecondition, "NO_DIRECTION"), (none.Code, none.Reason));
        Assert.Contains("did you mean \"Smiling\"?", unknown.Fields["attributes[0]"], StringComparison.Ordinal);
    }

    [NeedsPostgres]
    public async Task A_store_without_faces_has_none()
    {
        await RegisterAsync();

        Assert.Equal("NO_LATENTS", (await RunningStore.ErrorOfAsync(async () => await Client.GetDirectionsAsync(new()))).Reason);
        Assert.Equal("NO_LATENTS", (await RunningStore.ErrorOfAsync(async () => await Client.RecomputeDirectionsAsync(new() { ModelVersion = Version }))).Reason);
    }
}
