using FaceMix.Common.V1;
using FaceMix.Latents.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class ListsTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task A_registration_that_is_repeated_changes_nothing()
    {
        var first = await RegisterAsync();
        await RegisterAsync("facemix-64@20260202-000000", OtherDigest);
        var again = await RegisterAsync();

        Assert.Equal((true, false), (first.Added, again.Added));
        Assert.Equal(Attributes, again.Attributes);
        Assert.Equal(["facemix-64@20260202-000000", Version], (await Client.ListModelVersionsAsync(new())).ModelVersions.Select(each => each.ModelVersion_));
        Assert.Equal(OtherDigest, (await Client.GetStatsAsync(new())).LatentSpace);
    }

    [NeedsPostgres]
    public async Task Registrations_that_contradict_are_refused_by_field()
    {
        await RegisterAsync();
        var good = new RegisterModelVersionRequest { ModelVersion = "a@2", LatentSpace = Digest, LatentSize = Size };
        foreach (var (spoil, field) in new (Action<RegisterModelVersionRequest>, string)[]
        {
            (request => request.ModelVersion = "a", "model_version"),
            (request => request.LatentSpace = "", "latent_space"),
            (request => request.LatentSpace = Digest.ToUpperInvariant(), "latent_space"),
            (request => (request.ModelVersion, request.LatentSpace) = (Version, OtherDigest), "latent_space"),
            (request => request.LatentSize = 0, "latent_size"),
            (request => request.LatentSize = 2001, "latent_size"),
            (request => request.LatentSize = Size + 1, "latent_size"),
            (request => request.Attributes.AddRange(["x", "x"]), "attributes[1]"),
            (request => request.Attributes.AddRange(Enumerable.Range(0, 61).Select(i => $"a{i}")), "attributes"),
        })
        {
            var request = good.Clone();
            spoil(request);
            var error = await RunningStore.ErrorOfAsync(async () => await Client.RegisterModelVersionAsync(request));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.Code, Assert.Single(error.Fields).Key));
        }
        Assert.Single((await Client.ListModelVersionsAsync(new())).ModelVersions);
    }

    [NeedsPostgres]
    public async Task Faces_come_in_pages_that_stay_with_one_model_version()
    {
        await AddAsync([.. Enumerable.Range(0, 100).Select(i => (ulong)(i % 4))]);
        var request = new ListLatentsRequest { Filter = new() { Want = { "Smiling" } }, PageSize = 7 };
        var listed = new List<LabelledLatent>();
        do
        {
            var page = await Client.ListLatentsAsync(request);
            listed.AddRange(page.Latents);
            request.PageToken = page.NextPageToken;
            await RegisterAsync("facemix-64@20270101-000000", OtherDigest);
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(50, listed.Count);
        Assert.Equal(listed.Select(each => each.Id).Distinct().Order(), listed.Select(each => each.Id));
        Assert.All(listed, each => Assert.Contains("Smiling", each.Attributes));
        var some = await Client.ListLatentsAsync(new() { ModelVersion = Version, SourcePrefix = "face/1", WithoutValues = true });
        Assert.Equal(11, some.Latents.Count);
        Assert.All(some.Latents, each => Assert.Empty(each.Latent.Values));
    }

    [NeedsPostgres]
    public async Task No_page_is_larger_than_any_clients_limit()
    {
        await RegisterAsync("big@1", OtherDigest, 2000);
        for (var i = 0; i < 3; i++)
        {
            var rows = Rows(new ulong[400]);
            foreach (var row in rows.Rows.Latents)
            {
                row.Source = $"{i}/{row.Source}{new string('€', 490)}";
                row.Latent.Values.AddRange(new float[1992]);
            }
            await AddAsync(Header(version: "big@1"), rows);
        }
        var request = new ListLatentsRequest { PageSize = 1000 };
        var count = 0;
        do
        {
            var page = await Client.ListLatentsAsync(request);
            Assert.InRange(page.CalculateSize(), 1, 4 << 20);
            count += page.Latents.Count;
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(1200, count);
    }

    [NeedsPostgres]
    public async Task Facets_follow_the_wishes()
    {
        await AddAsync(Smiling, Smiling | Eyeglasses, 0);

        var all = await Client.ListAttributesAsync(new());
        var smiling = await Client.ListAttributesAsync(new() { Filter = new() { Want = { "Smiling" } } });

        Assert.Equal(["Eyeglasses 1/2/0", "Smiling 2/1/0", "Blond_Hair 0/3/0", "Wearing_Hat 0/3/0"], all.Attributes.Select(each => $"{each.Name} {each.Has}/{each.HasNot}/{each.NotKnown}"));
        Assert.Equal(["Eyeglasses 1/1/0", "Smiling 2/0/0", "Blond_Hair 0/2/0", "Wearing_Hat 0/2/0"], smiling.Attributes.Select(each => $"{each.Name} {each.Has}/{each.HasNot}/{each.NotKnown}"));
        Assert.Equal((3, 2, Digest), (all.Total, smiling.Total, all.LatentSpace));
    }

    [NeedsPostgres]
    public async Task Model_versions_are_listed_as_they_were_registered_newest_first()
    {
        string[] versions = ["b@20260103-000000", "a@20260105-000000", "a@20260104-000000", "c@20260105-000000", "a@20260105-000000-2"];
        foreach (var version in versions)
            await RegisterAsync(version);
        await AddAsync(Header(version: versions[2]), Rows(0, 0));
        var listed = new List<string>();
        var request = new ListModelVersionsRequest { PageSize = 2 };
        do
        {
            var page = await Client.ListModelVersionsAsync(request);
            listed.AddRange(page.ModelVersions.Select(each => each.ModelVersion_));
            Assert.All(page.ModelVersions, each => Assert.Equal((Digest, Size, 2L), (each.LatentSpace, each.LatentSize, each.Latents)));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(versions.Reverse(), listed);
    }

    [NeedsPostgres]
    public async Task Data_sets_are_listed_by_name_in_pages()
    {
        await RegisterAsync();
        foreach (var name in new[] { "b c", "a", "é", "d" })
        {
            var rows = Rows(0, 0);
            rows.Rows.Latents[0].Latent.Provenance = name == "d" ? Provenance.Photograph : Provenance.Synthetic;
            await AddAsync(Header(name), rows);
        }
        var listed = new List<string>();
        var request = new ListDatasetsRequest { PageSize = 1 };
        do
        {
            var page = await Client.ListDatasetsAsync(request);
            listed.AddRange(page.Datasets.Select(each => $"{each.Name} {each.Latents} {each.Photographs}"));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(["a 2 0", "b c 2 0", "d 2 1", "é 2 0"], listed);
    }

    [NeedsPostgres]
    public async Task Pages_out_of_range_and_tokens_of_other_questions_are_refused()
    {
        await AddAsync(0, 0);
        var token = (await Client.ListLatentsAsync(new() { PageSize = 1 })).NextPageToken;
        foreach (var (request, field) in new (ListLatentsRequest, string)[]
        {
            (new() { PageSize = -1 }, "page_size"),
            (new() { PageSize = 1001 }, "page_size"),
            (new() { PageToken = "nonsense!" }, "page_token"),
            (new() { PageToken = new string('A', 5000) }, "page_token"),
            (new() { PageToken = token, ModelVersion = Version }, "page_token"),
            (new() { PageToken = token[..^4] + "AAAA" + token[^4..] }, "page_token"),
        })
        {
            var error = await RunningStore.ErrorOfAsync(async () => await Client.ListLatentsAsync(request));
            Assert.Equal([field], error.Fields.Keys);
        }
        Assert.Equal(["page_token"], (await RunningStore.ErrorOfAsync(async () => await Client.ListDatasetsAsync(new() { PageToken = token }))).Fields.Keys);
    }

    [NeedsPostgres]
    public async Task Statistics_tell_rows_revision_and_memory()
    {
        await AddAsync(0, 0, 0);
        await AddAsync(Header(), Rows(Smiling));

        var stats = await Client.GetStatsAsync(new());

        Assert.Equal((Digest, 3, 2, true), (stats.LatentSpace, stats.Latents, stats.Revision, stats.InMemory));
        Assert.InRange(stats.MemoryBytes, 1, 1 << 20);
    }
}
