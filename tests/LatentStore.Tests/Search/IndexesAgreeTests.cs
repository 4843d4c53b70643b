using FaceMix.Latents;
using FaceMix.LatentStore.Search;
using FaceMix.LatentStore.Spaces;
using Xunit;

namespace FaceMix.Tests.LatentStore.Search;

/// <summary>The index in memory and that of the database give the same answers.</summary>
public sealed class IndexesAgreeTests(TestPostgres postgres) : StoreTest(postgres)
{
    private LatentSpace _space = null!;
    private IFaceIndex _memory = null!;
    private IFaceIndex _sql = null!;

    [NeedsPostgres]
    public async Task On_faces_for_features()
    {
        await FillAsync();
        var random = new Random(3);
        for (var i = 0; i < 200; i++)
        {
            var want = (ulong)random.Next(16);
            var filter = Filter(want, (ulong)random.Next(16) & ~want, random.Next(3), (short)random.Next(3));
            AttributeMask[]? order = i % 2 == 0 ? null : [.. (filter.Want | filter.Avoid).Places.Select(AttributeMask.Of).OrderBy(_ => random.Next())];
            var question = new FeatureQuestion(filter, order, (ulong)random.NextInt64(), 1 + random.Next(64));

            var memory = await _memory.MatchAsync(question, CancellationToken.None);
            var sql = await _sql.MatchAsync(question, CancellationToken.None);

            Assert.Equal((sql.Ids, sql.Candidates, sql.Revision), (memory.Ids, memory.Candidates, memory.Revision), new SameMatch());
        }
    }

    [NeedsPostgres]
    public async Task On_counts()
    {
        await FillAsync();
        foreach (var filter in new[] { default, Filter(1, 2), Filter(0, 8, 2), Filter(4, 0, 0, 1), Filter(15, 0, 1, 2) })
        {
            var memory = await _memory.CountAsync(filter, 4, CancellationToken.None);
            var sql = await _sql.CountAsync(filter, 4, CancellationToken.None);

            Assert.Equal(sql.Total, memory.Total);
            Assert.Equal(sql.Has, memory.Has);
            Assert.Equal(sql.Known, memory.Known);
        }
    }

    [NeedsPostgres]
    public async Task On_neighbours()
    {
        await FillAsync();
        foreach (var metric in Enum.GetValues<Metric>())
        {
            foreach (var filter in new[] { default, Filter(1, 2), Filter(0, 8, 2) })
            {
                var question = new NearestQuestion(Numbers(8, 4), 5, metric, filter, 20, metric == Metric.Cosine ? 0.9 : 50);

                var memory = await _memory.NearestAsync(question, CancellationToken.None);
                var sql = await _sql.NearestAsync(question, CancellationToken.None);

                Assert.Equal(sql.Found.Select(each => each.Id), memory.Found.Select(each => each.Id));
                Assert.All(sql.Found.Zip(memory.Found), pair => Assert.Equal(pair.First.Distance, pair.Second.Distance, 1e-4));
            }
        }
    }

    [NeedsPostgres]
    public async Task On_means_and_samples()
    {
        await FillAsync();

        var memory = await _memory.MeansAsync(4, CancellationToken.None);
        var sql = await _sql.MeansAsync(4, CancellationToken.None);

        Assert.Equal(sql.Revision, memory.Revision);
        foreach (var (first, second) in ((MeanLatent[])[memory.All, .. memory.With, .. memory.Without]).Zip([sql.All, .. sql.With, .. sql.Without]))
        {
            Assert.Equal(second.Faces, first.Faces);
            Assert.All(first.Mean.Zip(second.Mean), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
        }
        Assert.Equal(
            Memory.Tables.Content(await _sql.SampleAsync(50, CancellationToken.None)),
            Memory.Tables.Content(await _memory.SampleAsync(50, CancellationToken.None)));
    }

    private async Task FillAsync()
    {
        await MigrateAsync();
        _space = await RegisterAsync();
        var random = new Random(1);
        foreach (var dataset in new[] { "a", "b" })
        {
            await LoadAsync(_space, dataset, Enumerable.Range(0, 300).Select(i =>
            {
                var known = (ulong)random.Next(16);
                return Face($"{i}", Numbers(8, random.Next(10_000)), (ulong)random.Next(16) & known, known, (short)(1 + random.Next(2)));
            }));
        }
        await RunAsync("DELETE FROM latents WHERE id % 7 = 0");
        _space = await NowAsync(_space);
        using var copies = Copies();
        _memory = await copies.GetAsync(_space, CancellationToken.None);
        _sql = new SqlIndex(Database, _space);
    }

    private sealed class SameMatch : IEqualityComparer<(IReadOnlyList<long> Ids, long Candidates, long Revision)>
    {
        public bool Equals((IReadOnlyList<long> Ids, long Candidates, long Revision) x, (IReadOnlyList<long> Ids, long Candidates, long Revision) y) =>
            x.Ids.SequenceEqual(y.Ids) && (x.Candidates, x.Revision) == (y.Candidates, y.Revision);

        public int GetHashCode((IReadOnlyList<long> Ids, long Candidates, long Revision) match) => match.Candidates.GetHashCode();
    }
}
