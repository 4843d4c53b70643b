using FaceMix.Latents.V1;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class ListsTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task Attributes_are_listed_in_order_with_counts()
    {
        await Client.AddLatentsAsync(Latents(Smiling, Smiling | Eyeglasses, 0));

        var reply = await Client.ListAttributesAsync(new ListAttributesRequest());

        Assert.Equal([("Eyeglasses", 1L), ("Smiling", 2), ("Blond_Hair", 0), ("Wearing_Hat", 0)], reply.Attributes.Select(each => (each.Name, each.Count)));
        Assert.Equal((3, Version, ""), (reply.Total, reply.ModelVersion, reply.NextPageToken));
    }

    [NeedsPostgres]
    public async Task Attributes_come_in_pages_that_stay_with_one_model_version()
    {
        await Client.AddLatentsAsync(Latents(Smiling));
        var first = await Client.ListAttributesAsync(new ListAttributesRequest { PageSize = 3 });
        var newer = Latents(0);
        newer.ModelVersion = "facemix-64@20270101-000000";
        await Client.AddLatentsAsync(newer);

        var second = await Client.ListAttributesAsync(new ListAttributesRequest { PageSize = 3, PageToken = first.NextPageToken });

        Assert.Equal(3, first.Attributes.Count);
        Assert.Equal(["Wearing_Hat"], second.Attributes.Select(each => each.Name));
        Assert.Equal((Version, ""), (second.ModelVersion, second.NextPageToken));
    }

    [NeedsPostgres]
    public async Task Model_versions_are_listed_newest_first_in_pages()
    {
        foreach (var version in new[] { "b@20260103-000000", "a@20260105-000000", "a@20260104-000000", "c@20260105-000000", "a@20260105-000000-2" })
        {
            var request = Latents(0, 0);
            request.ModelVersion = version;
            await Client.AddLatentsAsync(request);
        }

        var listed = new List<string>();
        var token = "";
        do
        {
            var page = await Client.ListModelVersionsAsync(new ListModelVersionsRequest { PageSize = 2, PageToken = token });
            listed.AddRange(page.ModelVersions.Select(each => each.ModelVersion_));
            Assert.All(page.ModelVersions, each => Assert.Equal((Size, 2L), (each.LatentSize, each.Latents)));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(["a@20260105-000000-2", "c@20260105-000000", "a@20260105-000000", "a@20260104-000000", "b@20260103-000000"], listed);
    }

    [NeedsPostgres]
    public async Task Pages_out_of_range_and_tokens_of_other_questions_are_refused()
    {
        await Client.AddLatentsAsync(Latents(0));
        var token = (await Client.ListAttributesAsync(new ListAttributesRequest { PageSize = 1 })).NextPageToken;

        foreach (var (request, field) in new[]
        {
            (new ListAttributesRequest { PageSize = -1 }, "page_size"),
            (new ListAttributesRequest { PageSize = 65 }, "page_size"),
            (new ListAttributesRequest { PageToken = "nonsense!" }, "page_token"),
            (new ListAttributesRequest { PageToken = new string('A', 5000) }, "page_token"),
            (new ListAttributesRequest { PageToken = token, ModelVersion = Version }, "page_token"),
        })
        {
            var error = await RunningStore.ErrorOfAsync(async () => await Client.ListAttributesAsync(request));
            Assert.Equal([field], error.Fields.Keys);
        }
        var versions = await RunningStore.ErrorOfAsync(async () => await Client.ListModelVersionsAsync(new ListModelVersionsRequest { PageToken = token }));
        Assert.Equal(["page_token"], versions.Fields.Keys);
    }
}
