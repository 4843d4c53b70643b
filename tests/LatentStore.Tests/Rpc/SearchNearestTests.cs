using FaceMix.Common.V1;
using FaceMix.Latents.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class SearchNearestTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task The_nearest_come_first_with_their_distances()
    {
        await AddAsync(new ulong[60]);

        var reply = await Client.SearchNearestAsync(new() { Latent = Query(), K = 60 });

        Assert.Equal((60, false, 1.0), (reply.Neighbours.Count, reply.Approximate, reply.Recall));
        Assert.Equal(("face/5", 0.0), (reply.Neighbours[0].Latent.Source, reply.Neighbours[0].Distance));
        Assert.Equal(reply.Neighbours.Select(each => each.Distance).Order(), reply.Neighbours.Select(each => each.Distance));
        Assert.Equal(10, (await Client.SearchNearestAsync(new() { Latent = Query() })).Neighbours.Count);
    }

    [NeedsPostgres]
    public async Task A_stored_face_is_not_among_its_own_neighbours()
    {
        await AddAsync(new ulong[20]);
        var self = (await Client.SearchNearestAsync(new() { Latent = Query(), K = 2 })).Neighbours;

        var reply = await Client.SearchNearestAsync(new() { Id = self[0].Latent.Id, K = 1 });

        Assert.Equal(self[1], Assert.Single(reply.Neighbours));
    }

    [NeedsPostgres]
    public async Task Filter_and_greatest_distance_narrow_the_search()
    {
        await AddAsync([.. Enumerable.Range(0, 64).Select(i => (ulong)(i % 16))]);
        var all = await Client.SearchNearestAsync(new() { Latent = Query(), K = 100 });
        var limit = all.Neighbours[20].Distance;

        var near = await Client.SearchNearestAsync(new() { Latent = Query(), K = 100, MaxDistance = limit });
        var some = await Client.SearchNearestAsync(new() { Latent = Query(), K = 100, Filter = new() { Want = { "Smiling" }, Avoid = { "Eyeglasses" }, Provenance = Provenance.Synthetic } });
        var none = await Client.SearchNearestAsync(new() { Latent = Query(), Filter = new() { Provenance = Provenance.Photograph } });

        Assert.Equal(all.Neighbours.Take(21), near.Neighbours);
        Assert.Equal(16, some.Neighbours.Count);
        Assert.All(some.Neighbours, each => Assert.True(each.Latent.Attributes.Contains("Smiling") && !each.Latent.Attributes.Contains("Eyeglasses")));
        Assert.Empty(none.Neighbours);
    }

    [NeedsPostgres]
    public async Task Questions_that_are_wrong_are_refused_by_field()
    {
        await AddAsync(0);
        foreach (var (spoil, field) in new (Action<SearchNearestRequest>, string)[]
        {
            (question => question.ClearQuery(), "latent.values"),
            (question => question.Latent.Values.Add(1), "latent.values"),
            (question => question.Latent.Values[2] = float.NaN, "latent.values[2]"),
            (question => question.Latent.Values[0] = 101, "latent.values[0]"),
            (question => question.Latent.LatentSpace = OtherDigest, "latent.latent_space"),
            (question => question.Metric = (DistanceMetric)7, "metric"),
            (question => question.K = 101, "k"),
            (question => question.K = -1, "k"),
            (question => question.MaxDistance = -1, "max_distance"),
            (question => question.MaxDistance = double.NaN, "max_distance"),
            (question => question.Filter = new() { Want = { "Gills" } }, "filter.want[0]"),
            (question => question.Filter = new() { Provenance = (Provenance)5 }, "filter.provenance"),
            (question => question.Filter = new() { Dataset = "nowhere" }, "filter.dataset"),
            (question => question.ModelVersion = "x", "model_version"),
        })
        {
            var question = new SearchNearestRequest { Latent = Query() };
            spoil(question);
            var error = await RunningStore.ErrorOfAsync(async () => await Client.SearchNearestAsync(question));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.Code, Assert.Single(error.Fields).Key));
        }
        Assert.Equal("LATENT_NOT_FOUND", (await RunningStore.ErrorOfAsync(async () => await Client.SearchNearestAsync(new() { Id = 999 }))).Reason);
    }

    [NeedsPostgres]
    public async Task Zeros_have_no_direction()
    {
        await AddAsync(0);
        var question = new SearchNearestRequest { Latent = new Latent { Values = { new float[Size] } } };
        Assert.Single((await Client.SearchNearestAsync(question)).Neighbours);

        question.Metric = DistanceMetric.Cosine;

        Assert.Equal(["latent.values"], (await RunningStore.ErrorOfAsync(async () => await Client.SearchNearestAsync(question))).Fields.Keys);
    }

    private static Latent Query() => new() { Values = { Numbers(Size, 5) } };
}
