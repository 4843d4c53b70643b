using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Search;
using Xunit;
using static FaceMix.Tests.LatentStore.Memory.Tables;

namespace FaceMix.Tests.LatentStore.Memory;

public sealed class TableScanTests
{
    public static TheoryData<Metric, float> Scales() =>
        new() { { Metric.Euclidean, 1 }, { Metric.Euclidean, 1e-20f }, { Metric.Euclidean, 1e-42f }, { Metric.Euclidean, 33 }, { Metric.Cosine, 1 }, { Metric.Cosine, 1e-20f }, { Metric.Cosine, 1e-42f }, { Metric.Cosine, 33 } };

    [Theory]
    [MemberData(nameof(Scales))]
    public void The_nearest_are_those_that_arithmetic_in_decimals_finds(Metric metric, float scale)
    {
        const int size = 37;
        var random = new Random(5);
        var rows = Enumerable.Range(1, 3000).Select(i => new Row(i, Latent(), (ulong)(i % 16), 15)).ToList();
        // Some are hardly apart, some are the same.
        rows.AddRange(Enumerable.Range(3001, 50).Select(i => new Row(i, Near(rows[i - 3001].Latent), (ulong)(i % 16), 15)));
        rows.AddRange(Enumerable.Range(3051, 50).Select(i => new Row(i, rows[i - 3051].Latent, (ulong)(i % 16), 15)));
        var table = Of(size, rows);
        foreach (var query in new[] { Latent(), rows[3].Latent, rows[3010].Latent })
        {
            foreach (var filter in new[] { default, Filter(2, 1), Filter(15, 0) })
            {
                var expected = rows.Where(row => filter.Meets(new(row.Has), new(row.Known))).Select(row => (row.Id, Distance: Exactly(metric, row.Latent, query)))
                    .OrderBy(each => each.Distance).ThenBy(each => each.Id).Take(25).ToList();

                var found = TableScan.Nearest(table, new(query, 0, metric, filter, 25, double.PositiveInfinity), CancellationToken.None);

                Assert.Equal(expected.Select(each => each.Id), found.Select(each => each.Id));
                Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second.Distance, pair.First.Distance, 1e-12 * Math.Max(1e-30, pair.Second.Distance) + (metric == Metric.Cosine ? 1e-15 : 0)));
            }
        }

        float[] Latent() => [.. Enumerable.Range(0, size).Select(_ => ((random.NextSingle() * 6) - 3) * scale)];
        float[] Near(float[] latent) => [.. latent.Select((value, i) => i == 4 ? MathF.BitIncrement(value) : value)];
    }

    [Fact]
    public void Faces_beyond_the_greatest_distance_are_left_out_and_so_is_the_one_asked_about()
    {
        var table = Of(2, Enumerable.Range(1, 9).Select(i => new Row(i, [i, 0])));

        var found = TableScan.Nearest(table, new(new float[] { 3, 0 }, Except: 3, Metric.Euclidean, default, 100, MaxDistance: 2), CancellationToken.None);

        Assert.Equal([(2, 1.0), (4, 1.0), (1, 2.0), (5, 2.0)], found);
    }

    [Fact]
    public void A_latent_of_zeros_has_no_direction_and_is_not_found_by_cosine()
    {
        var table = Of(2, [new(1, [0, 0]), new(2, [0, 1]), new(3, [0, float.Epsilon])]);

        Assert.Equal([2L, 3], TableScan.Nearest(table, new(new[] { 1f, 1f }, 0, Metric.Cosine, default, 9, 9), CancellationToken.None).Select(each => each.Id));
        Assert.Equal(3, TableScan.Nearest(table, new(new[] { 0f, 0f }, 0, Metric.Euclidean, default, 9, 9), CancellationToken.None).Count);
    }

    [Fact]
    public void A_scan_that_is_shared_among_threads_finds_the_same()
    {
        const int size = 256;
        var random = new Random(8);
        var rows = Enumerable.Range(1, 20_000).Select(i => new Row(i, [.. Enumerable.Range(0, size).Select(_ => random.NextSingle())])).ToList();
        var table = Of(size, rows);
        var query = rows[77].Latent;

        var found = TableScan.Nearest(table, new(query, 0, Metric.Euclidean, default, 10, double.PositiveInfinity), CancellationToken.None);

        var expected = rows.Select(row => (row.Id, Distance: Exactly(Metric.Euclidean, row.Latent, query))).OrderBy(each => each.Distance).Take(10);
        Assert.Equal(expected.Select(each => each.Id), found.Select(each => each.Id));
    }

    private static double Exactly(Metric metric, float[] a, float[] b)
    {
        if (metric == Metric.Euclidean)
            return Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum());
        var (dot, left, right) = (a.Zip(b, (x, y) => (double)x * y).Sum(), a.Sum(x => (double)x * x), b.Sum(x => (double)x * x));
        return Math.Max(0, 1 - (dot / (Math.Sqrt(left) * Math.Sqrt(right))));
    }
}
