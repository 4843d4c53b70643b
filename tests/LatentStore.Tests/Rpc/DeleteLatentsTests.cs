using FaceMix.Latents.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class DeleteLatentsTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task Faces_are_deleted_by_id_source_data_set_and_latent_space()
    {
        await AddAsync(new ulong[5]);
        await AddAsync(Header("b"), Rows(new ulong[5]));
        await RegisterAsync("other@1", OtherDigest);
        await AddAsync(Header("b", "other@1"), Rows(new ulong[5]));
        var first = (await Client.ListLatentsAsync(new() { ModelVersion = Version })).Latents[0].Id;

        Assert.Equal(1, await DeleteAsync(new() { Ids = new() { Ids_ = { first, 999_999 } } }));
        Assert.Equal(0, await DeleteAsync(new() { Ids = new() { Ids_ = { first } } }));
        Assert.Equal(2, await DeleteAsync(new() { ModelVersion = Version, Sources = new() { Dataset = "b", Sources_ = { "face/1", "face/2", "face/9" } } }));
        Assert.Equal(["4 drawn/1", "3 b", "5 b"], await LeftAsync());
        Assert.Equal(3, await DeleteAsync(new() { ModelVersion = Version, Dataset = "b" }));
        Assert.Equal(["4 drawn/1", "5 b"], await LeftAsync());
        Assert.Equal(4, await DeleteAsync(new() { ModelVersion = Version, LatentSpace = true }));
        Assert.Equal(["5 b"], await LeftAsync());
        Assert.Equal(1L, await AskAsync<long>("SELECT count(*) FROM datasets"));
    }

    [NeedsPostgres]
    public async Task A_deletion_reaches_every_replica_within_a_second()
    {
        await AddAsync(Smiling, 0);
        await using var second = await RunningStore.StartAsync(Options.ConnectionString);
        await second.UntilReadyAsync();
        await second.Client.MatchFeaturesAsync(new());
        var table = second.Table!;
        Assert.Equal(2, table.Count);

        await DeleteAsync(new() { ModelVersion = Version, Sources = new() { Dataset = "drawn/1", Sources_ = { "face/0" } } });

        // The replica is not asked: it must come to know by itself.
        await Eventually.HoldsAsync(() => second.Table!.Count == 1, TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => table[0].Segment.Values.AsSpan(0, Size).IndexOfAnyExcept(0f) < 0, TimeSpan.FromSeconds(2));
        Assert.Equal(0, (await second.Client.ListAttributesAsync(new())).Attributes[1].Has);
    }

    [NeedsPostgres]
    public async Task Directions_are_computed_without_a_face_that_was_deleted()
    {
        await AddAsync(Smiling, Smiling, 0, 0);
        var before = await Client.GetDirectionsAsync(new());
        Assert.Equal(("Smiling", 2L, 4L), (before.Directions[0].Attribute, before.Directions[0].FacesWith, before.Faces));

        await DeleteAsync(new() { ModelVersion = Version, Sources = new() { Dataset = "drawn/1", Sources_ = { "face/0" } } });

        var after = await Client.GetDirectionsAsync(new());
        Assert.Equal((1L, 3L), (after.Directions[0].FacesWith, after.Faces));
        await RunAsync("DELETE FROM latents WHERE source = 'face/2'");
        Assert.Equal(0L, await AskAsync<long>("SELECT count(*) FROM directions"));
        Assert.Equal(2, (await Client.GetDirectionsAsync(new())).Faces);
    }

    [NeedsPostgres]
    public async Task Requests_that_are_wrong_are_refused_by_field_and_delete_nothing()
    {
        await AddAsync(0);
        foreach (var (request, field) in new (DeleteLatentsRequest, string)[]
        {
            (new() { ModelVersion = Version }, "what"),
            (new() { ModelVersion = Version, LatentSpace = false }, "what"),
            (new() { LatentSpace = true }, "model_version"),
            (new() { Dataset = "drawn/1" }, "model_version"),
            (new() { ModelVersion = Version, Dataset = "" }, "dataset"),
            (new() { ModelVersion = Version, Dataset = "none" }, "dataset"),
            (new() { ModelVersion = Version, Sources = new() { Dataset = "drawn/1" } }, "sources.sources"),
            (new() { ModelVersion = Version, Sources = new() { Sources_ = { "face/0" } } }, "sources.dataset"),
            (new() { Ids = new() }, "ids.ids"),
            (new() { Ids = new() { Ids_ = { Enumerable.Range(1, 1001).Select(i => (long)i) } } }, "ids.ids"),
        })
        {
            var error = await RunningStore.ErrorOfAsync(() => DeleteAsync(request));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.Code, Assert.Single(error.Fields).Key));
        }
        Assert.Equal(["1 drawn/1"], await LeftAsync());
    }

    private async Task<long> DeleteAsync(DeleteLatentsRequest request) => (await Client.DeleteLatentsAsync(request)).Deleted;

    private async Task<string[]> LeftAsync() =>
        (await AskAsync<string>("SELECT string_agg(n || ' ' || name, ',' ORDER BY id) FROM (SELECT d.id, d.name, count(*) AS n FROM latents l JOIN datasets d ON d.id = l.dataset_id GROUP BY d.id) AS left_over")).Split(',');
}
