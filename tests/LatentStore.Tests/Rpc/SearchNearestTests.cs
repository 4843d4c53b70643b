using FaceMix.Latents.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class SearchNearestTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task Pages_joined_are_the_whole_list_nearest_first()
    {
        await Client.AddLatentsAsync(Latents(new ulong[60]));
        var whole = await Client.SearchNearestAsync(Question(pageSize: 60));

        var joined = new List<SearchNearestResponse.Types.Neighbour>();
        var question = Question(pageSize: 7);
        do
        {
            var page = await Client.SearchNearestAsync(question);
            joined.AddRange(page.Neighbours);
            question.PageToken = page.NextPageToken;
        }
        while (question.PageToken.Length > 0);

        Assert.Equal(60, whole.Neighbours.Count);
        Assert.Equal(whole.Neighbours, joined);
        Assert.Equal(whole.Neighbours.Select(each => each.Distance).Order(), whole.Neighbours.Select(each => each.Distance));
        Assert.Equal((0.0, "face/5", Version), (whole.Neighbours[0].Distance, whole.Neighbours[0].Latent.Source, whole.ModelVersion));
    }

    [NeedsPostgres]
    public async Task Ten_neighbours_come_where_no_page_size_is_given()
    {
        await Client.AddLatentsAsync(Latents(new ulong[12]));

        Assert.Equal(10, (await Client.SearchNearestAsync(Question())).Neighbours.Count);
    }

    [NeedsPostgres]
    public async Task Features_narrow_the_search()
    {
        await Client.AddLatentsAsync(Latents([.. Enumerable.Range(0, 64).Select(i => (ulong)(i % 16))]));
        var question = Question(pageSize: 100);
        question.Want.Add("Smiling");
        question.Avoid.Add("Eyeglasses");

        var found = await Client.SearchNearestAsync(question);

        Assert.Equal(16, found.Neighbours.Count);
        Assert.All(found.Neighbours, each => Assert.Contains("Smiling", each.Latent.Attributes));
        Assert.All(found.Neighbours, each => Assert.DoesNotContain("Eyeglasses", each.Latent.Attributes));
    }

    [NeedsPostgres]
    public async Task A_query_that_is_no_latent_is_refused_by_field()
    {
        await Client.AddLatentsAsync(Latents(0));

        foreach (var (spoil, field) in new (Action<SearchNearestRequest>, string)[]
        {
            (question => question.Query = null, "query.values"),
            (question => question.Query.Values.Add(1), "query.values"),
            (question => question.Query.Values[2] = float.NaN, "query.values[2]"),
            (question => question.Query.Values[0] = 101, "query.values[0]"),
            (question => question.Metric = (DistanceMetric)7, "metric"),
            (question => question.PageSize = 101, "page_size"),
            (question => question.PageSize = -1, "page_size"),
            (question => question.Want.Add("Gills"), "want[0]"),
            (question => question.ModelVersion = "x", "model_version"),
        })
        {
            var question = Question();
            spoil(question);
            Assert.Equal((StatusCode.InvalidArgument, field), await ErrorAsync(question));
        }
    }

    [NeedsPostgres]
    public async Task Zeros_have_no_direction()
    {
        await Client.AddLatentsAsync(Latents(0));
        var question = Question();
        question.Query = new Latent { Values = { new float[Size] } };
        Assert.Single((await Client.SearchNearestAsync(question)).Neighbours);

        question.Metric = DistanceMetric.Cosine;

        Assert.Equal((StatusCode.InvalidArgument, "query.values"), await ErrorAsync(question));
    }

    [NeedsPostgres]
    public async Task A_token_of_another_question_is_refused()
    {
        await Client.AddLatentsAsync(Latents(new ulong[10]));
        var token = (await Client.SearchNearestAsync(Question(pageSize: 3))).NextPageToken;

        foreach (var spoil in new Action<SearchNearestRequest>[]
        {
            question => question.Query.Values[0] += 1,
            question => question.Metric = DistanceMetric.Cosine,
            question => question.Want.Add("Smiling"),
            question => question.ModelVersion = Version,
            question => question.PageToken = token[..^4] + "AAAA" + token[^4..],
            question => question.PageToken = "AAAA",
        })
        {
            var question = Question(pageSize: 3);
            question.PageToken = token;
            spoil(question);
            Assert.Equal((StatusCode.InvalidArgument, "page_token"), await ErrorAsync(question));
        }
        var resized = Question(pageSize: 5);
        resized.PageToken = token;
        Assert.Equal(5, (await Client.SearchNearestAsync(resized)).Neighbours.Count);
    }

    private static SearchNearestRequest Question(int pageSize = 0) =>
        new() { Query = new Latent { Values = { Numbers(Size, 5) } }, PageSize = pageSize };

    private async Task<(StatusCode Code, string Field)> ErrorAsync(SearchNearestRequest request)
    {
        var error = await RunningStore.ErrorOfAsync(async () => await Client.SearchNearestAsync(request));
        return (error.Code, Assert.Single(error.Fields).Key);
    }
}
