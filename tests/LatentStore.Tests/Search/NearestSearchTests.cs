using FaceMix.LatentStore.Features;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Search;
using FaceMix.ModelStore;
using Xunit;

namespace FaceMix.Tests.LatentStore.Search;

public sealed class NearestSearchTests(TestPostgres postgres) : StoreTest(postgres)
{
    private const int Size = 16;

    [NeedsPostgres]
    public async Task Euclidean_search_agrees_with_arithmetic()
    {
        var query = Numbers(Size, 1);
        var found = await FillAndFindAsync(query, Metric.Euclidean, default, 20);

        var expected = Enumerable.Range(0, 200)
            .Select(i => (Source: $"face/{i}", Distance: Math.Sqrt(Numbers(Size, i).Zip(query, (a, b) => Math.Pow(a - b, 2)).Sum())))
            .OrderBy(pair => pair.Distance).Take(20).ToList();
        Assert.Equal(expected.Select(pair => pair.Source), found.Select(pair => pair.Latent.Source));
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second.Distance, pair.First.Distance, 1e-4));
    }

    [NeedsPostgres]
    public async Task Cosine_search_agrees_with_arithmetic()
    {
        var query = Numbers(Size, 1);
        var found = await FillAndFindAsync(query, Metric.Cosine, default, 20);

        static double Norm(float[] v) => Math.Sqrt(v.Sum(x => (double)x * x));
        var expected = Enumerable.Range(0, 200)
            .Select(i => (Source: $"face/{i}", V: Numbers(Size, i)))
            .Select(row => (row.Source, Distance: 1 - (row.V.Zip(query, (a, b) => (double)a * b).Sum() / Norm(row.V) / Norm(query))))
            .OrderBy(pair => pair.Distance).Take(20).ToList();
        Assert.Equal(expected.Select(pair => pair.Source), found.Select(pair => pair.Latent.Source));
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second.Distance, pair.First.Distance, 1e-5));
    }

    [NeedsPostgres]
    public async Task Only_faces_with_the_wanted_and_without_the_avoided_features_are_found()
    {
        var found = await FillAndFindAsync(Numbers(Size, 1), Metric.Euclidean, Wish(Smiling, WearingHat), 200);

        Assert.Equal(52, found.Count);
        Assert.All(found, pair => Assert.True((pair.Latent.Mask.Bits & (Smiling | WearingHat)) == Smiling));
    }

    [NeedsPostgres]
    public async Task Pages_joined_are_the_whole_even_where_distances_are_equal()
    {
        await MigrateAsync();
        // Four faces at each place: every page border falls among equals.
        var rows = Enumerable.Range(0, 80).Select(i => Row($"face/{i}", new[] { i / 4, 0f }, 0, 1));
        await new LatentWriter(Database).AddAsync(new LatentBatch(Model, 2, Attributes, [.. rows]), CancellationToken.None);
        var model = (await new ModelVersions(Database).FindAsync(Model, CancellationToken.None))!;
        var search = new NearestSearch(Database);

        var whole = await search.FindAsync(model, new[] { 3.5f, 0 }, Metric.Euclidean, default, null, 80, CancellationToken.None);
        var pages = new List<long>();
        NearestSearch.Position? after = null;
        while (await search.FindAsync(model, new[] { 3.5f, 0 }, Metric.Euclidean, default, after, 7, CancellationToken.None) is { Count: > 0 } page)
        {
            pages.AddRange(page.Select(pair => pair.Latent.Id));
            after = new(page[^1].Distance, page[^1].Latent.Id);
        }

        Assert.Equal(80, whole.Count);
        Assert.Equal(whole.Select(pair => pair.Latent.Id), pages);
    }

    [NeedsPostgres]
    public async Task A_latent_of_zeros_has_no_direction_and_is_not_found_by_cosine()
    {
        await MigrateAsync();
        await new LatentWriter(Database).AddAsync(
            new LatentBatch(Model, 2, Attributes, [Row("zero", new float[2], 0), Row("one", [0f, 1f], 0)]),
            CancellationToken.None);
        var model = (await new ModelVersions(Database).FindAsync(Model, CancellationToken.None))!;

        var found = await new NearestSearch(Database).FindAsync(model, new[] { 1f, 1f }, Metric.Cosine, default, null, 10, CancellationToken.None);

        Assert.Equal(["one"], found.Select(pair => pair.Latent.Source));
    }

    [NeedsPostgres]
    public async Task Another_model_versions_latents_are_never_found()
    {
        await MigrateAsync();
        await AddAsync(Model, 4, 0, 0);
        await AddAsync(new ModelVersionId("facemix-64", "20260202-000000"), 4, 0, 0, 0);
        var model = (await new ModelVersions(Database).FindAsync(Model, CancellationToken.None))!;

        var found = await new NearestSearch(Database).FindAsync(model, Numbers(4, 0), Metric.Euclidean, default, null, 10, CancellationToken.None);

        Assert.Equal(2, found.Count);
        Assert.All(found, pair => Assert.Equal(Model, pair.Latent.Model));
    }

    /// <summary>200 faces whose masks run through all 16 combinations.</summary>
    private async Task<IReadOnlyList<(StoredLatent Latent, double Distance)>> FillAndFindAsync(float[] query, Metric metric, Wish only, int count)
    {
        await MigrateAsync();
        await AddAsync(Model, Size, [.. Enumerable.Range(0, 200).Select(i => (ulong)(i % 16))]);
        var model = (await new ModelVersions(Database).FindAsync(Model, CancellationToken.None))!;
        return await new NearestSearch(Database).FindAsync(model, query, metric, only, null, count, CancellationToken.None);
    }
}
