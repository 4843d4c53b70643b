using FaceMix.Latents;
using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Search;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static FaceMix.Tests.LatentStore.Memory.Tables;

namespace FaceMix.Tests.LatentStore.Memory;

public sealed class TableMatchingTests
{
    [Fact]
    public void Every_face_that_meets_all_wishes_is_equally_likely()
    {
        // 40 of 400 faces match, scattered; the others must never be chosen.
        var table = Table(Enumerable.Range(0, 400).Select(i => (i % 10 == 3 ? 0b011UL : (ulong)(i % 3 == 0 ? 0b111 : 0b001), 0b111UL)));

        var draws = Draws(table, Filter(0b010, 0b100), 40_000);

        Assert.Equal(Enumerable.Range(0, 400).Where(i => i % 10 == 3).Select(i => i + 1L), draws.Keys.Order());
        // 39 degrees of freedom: a fair choice exceeds 82 once in 10 000 such tests, and the seeds are fixed.
        Assert.InRange(draws.Values.Sum(count => (count - 1000.0) * (count - 1000.0) / 1000), 0, 82);
    }

    [Fact]
    public void Without_a_perfect_face_fewest_unmet_wishes_count_first_and_then_fewest_not_known()
    {
        var table = Table([(0b0111, 0b1111), (0b0001, 0b1111), (0b0111, 0b0111), (0b0011, 0b0011), (0b1101, 0b1101)]);

        var match = Match(table, Filter(0b1111, 0), 1);

        // Faces 3, 4 and 5 are known to lack nothing; 3 and 5 have one wish that is not known, 4 has two.
        Assert.Equal(2, match.Candidates);
        Assert.All(Draws(table, Filter(0b1111, 0), 100).Keys, id => Assert.Contains(id, new[] { 3L, 5 }));
    }

    [Fact]
    public void In_order_a_wish_that_would_leave_no_face_is_skipped()
    {
        var table = Table([(0b001, 0b111), (0b010, 0b111), (0b100, 0b110)]);

        // Wanted 1 leaves face 1; wanted 2 would leave none; avoided 3 leaves it.
        Assert.Equal([1L], InOrder(0b011, 0b100, 0b001, 0b010, 0b100).Ids);
        Assert.Equal([2L], InOrder(0b011, 0b100, 0b010, 0b001, 0b100).Ids);
        // Wanted 3 leaves face 3, of which it is not known whether it has avoided 1.
        Assert.Equal([3L], InOrder(0b100, 0b001, 0b100, 0b001).Ids);

        FeatureMatch InOrder(ulong want, ulong avoid, params ulong[] order) => TableMatching.Match(table, new(Filter(want, avoid), [.. order.Select(bit => new AttributeMask(bit))], 1, 10));
    }

    [Fact]
    public void Several_faces_are_distinct_and_begin_with_that_of_a_smaller_count()
    {
        var table = Table(Enumerable.Repeat((1UL, 1UL), 100));

        var many = TableMatching.Match(table, new(Filter(1, 0), null, 7, 64));
        var one = TableMatching.Match(table, new(Filter(1, 0), null, 7, 1));

        Assert.Equal(64, many.Ids.Distinct().Count());
        Assert.Equal(many.Ids[0], one.Ids[0]);
        Assert.Equal(100, many.Candidates);
    }

    [Fact]
    public void The_choice_depends_on_the_faces_and_not_on_where_they_lie()
    {
        var rows = Enumerable.Range(1, 5000).Select(i => new Row(i, [0], (ulong)(i % 8), 7)).ToList();
        var straight = Of(1, rows);
        var winding = Of(1, rows.Take(2500).Select(row => row with { Has = 7 }));
        winding = Of(1, rows.Skip(2500).Append(new Row(9999, [0], 7, 7)), winding);
        winding = Of(1, rows.Take(2500).Reverse(), winding, [9999]);

        for (var seed = 0UL; seed < 20; seed++)
            Assert.Equal(Match(straight, Filter(2, 1), seed, 10).Ids, Match(winding, Filter(2, 1), seed, 10).Ids);
    }

    [Fact]
    public void An_empty_table_has_no_face() => Assert.Equal((0, 0L), (Match(Table([]), Filter(1, 0), 1).Ids.Count, Match(Table([]), Filter(1, 0), 1).Candidates));

    [Fact]
    public void No_face_is_nearer_to_the_wishes_than_the_chosen_one() => Prop.ForAll<(ulong Has, ulong Known)[], ulong, ulong>((masks, want, avoid) =>
    {
        var faces = masks.Select(mask => (Has: mask.Has & mask.Known, mask.Known)).ToArray();
        var filter = Filter(want, avoid & ~want);
        var match = Match(Table(faces), filter, want ^ avoid);
        if (faces.Length == 0)
            return match.Ids.Count == 0;
        var nearest = faces.Min(face => filter.Distance(new(face.Has), new(face.Known)));
        var chosen = faces[match.Ids[0] - 1];
        return filter.Distance(new(chosen.Has), new(chosen.Known)) == nearest && match.Candidates == faces.Count(face => filter.Distance(new(face.Has), new(face.Known)) == nearest);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Counts_are_of_the_faces_that_pass_the_filter()
    {
        var table = Of(1, [new(1, [0], 1UL << 63, ulong.MaxValue), new(2, [0], 3, 3, Dataset: 2), new(3, [0], 0, 0, Provenance: 2)]);

        var all = TableCounting.Count(table, default, 64);
        var second = TableCounting.Count(table, Filter(1, 0, dataset: 2), 64);

        Assert.Equal((3, 1, 1, 1, 2, 1), (all.Total, all.Has[63], all.Has[0], all.Has[1], all.Known[0], all.Known[63]));
        Assert.Equal((1, 1, 0), (second.Total, second.Has[1], second.Known[63]));
        Assert.Equal(1, TableCounting.Count(table, Filter(0, 0, provenance: 2), 3).Total);
    }

    private static FaceTable Table(IEnumerable<(ulong Has, ulong Known)> masks) =>
        Of(1, masks.Select((mask, i) => new Row(i + 1, [0], mask.Has, mask.Known)));

    private static FeatureMatch Match(FaceTable table, FaceFilter filter, ulong seed, int count = 1) => TableMatching.Match(table, new(filter, null, seed, count));

    private static Dictionary<long, int> Draws(FaceTable table, FaceFilter filter, int seeds) =>
        Enumerable.Range(0, seeds).Select(seed => Match(table, filter, (ulong)seed).Ids[0]).CountBy(id => id).ToDictionary();
}
