using FaceMix.Latents;
using FaceMix.LatentStore.Features;
using FsCheck.Xunit;
using Xunit;

namespace FaceMix.Tests.LatentStore.Features;

public sealed class MaskTableTests
{
    [Fact]
    public void Every_face_that_meets_all_wishes_is_equally_likely()
    {
        // 40 of 400 rows match, scattered; the others must never be chosen.
        var masks = Enumerable.Range(0, 400).Select(i => i % 10 == 3 ? 0b011UL : (ulong)(i % 3 == 0 ? 0b111 : 0b001)).ToArray();
        var table = Table(masks);
        var matching = Enumerable.Range(0, 400).Where(i => i % 10 == 3).Select(i => (long)i).ToHashSet();

        var draws = Counts(seed => table.Choose(Wish(0b010, 0b100), seed)!.Value.Id, 40_000);

        Assert.Superset(draws.Keys.ToHashSet(), matching);
        Assert.Equal(40, draws.Count);
        // 39 degrees of freedom: a fair choice exceeds 82 once in 10 000 such tests, and the seeds are fixed.
        Assert.InRange(ChiSquare(draws.Values, 40_000.0 / 40), 0, 82);
    }

    [Fact]
    public void Where_no_face_meets_all_wishes_those_that_miss_fewest_are_equally_likely()
    {
        // Wanted 0b1111: three rows lack one wish, the rest lack more.
        var table = Table([0b0111, 0b0001, 0b1011, 0b0000, 0b1110, 0b0011]);

        var draws = Counts(seed => table.Choose(Wish(0b1111, 0), seed)!.Value.Id, 9_000);

        Assert.Equal([0L, 2L, 4L], draws.Keys.Order());
        Assert.InRange(ChiSquare(draws.Values, 3_000), 0, 18);
        Assert.Equal(3, table.Choose(Wish(0b1111, 0), 1)!.Value.Candidates);
    }

    [Fact]
    public void The_same_seed_chooses_the_same_face()
    {
        var table = Table([.. Enumerable.Range(0, 100).Select(i => (ulong)i)]);

        Assert.Equal(table.Choose(Wish(1, 2), 42), table.Choose(Wish(1, 2), 42));
    }

    [Fact]
    public void The_choice_for_a_seed_never_changes_between_releases()
    {
        var table = Table([.. Enumerable.Range(0, 1000).Select(_ => 1UL)]);

        Assert.Equal([883, 566, 591, 893], new ulong[] { 0, 1, 2, ulong.MaxValue }.Select(seed => table.Choose(default, seed)!.Value.Id));
    }

    [Fact]
    public void An_empty_table_has_no_face() => Assert.Null(Table([]).Choose(Wish(1, 0), 1));

    [Fact]
    public void Attributes_are_counted_to_the_last_bit()
    {
        var table = Table([1UL << 63, ulong.MaxValue, 0]);

        Assert.Equal(2, table.CountOf(63));
        Assert.Equal(1, table.CountOf(0));
    }

    [Property]
    public bool No_face_misses_fewer_wishes_than_the_chosen_one(ulong[] masks, ulong want, ulong avoid)
    {
        var wish = Wish(want, avoid & ~want);
        if (Table(masks).Choose(wish, want ^ avoid) is not var (id, candidates))
            return masks.Length == 0;
        var misses = Array.ConvertAll(Masks(masks), wish.Misses);
        return misses[id] == misses.Min() && candidates == misses.Count(count => count == misses.Min());
    }

    private static MaskTable Table(ulong[] masks) => new(1, [.. Enumerable.Range(0, masks.Length).Select(i => (long)i)], Masks(masks));

    private static AttributeMask[] Masks(ulong[] masks) => Array.ConvertAll(masks, bits => new AttributeMask(bits));

    private static Wish Wish(ulong want, ulong avoid) => new(new AttributeMask(want), new AttributeMask(avoid));

    private static Dictionary<long, int> Counts(Func<ulong, long> choose, int seeds) =>
        Enumerable.Range(0, seeds).Select(seed => choose((ulong)seed)).CountBy(id => id).ToDictionary();

    private static double ChiSquare(IEnumerable<int> observed, double expected) =>
        observed.Sum(count => (count - expected) * (count - expected) / expected);
}
