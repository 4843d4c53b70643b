using FaceMix.LatentStore.Memory;
using Xunit;
using static FaceMix.Tests.LatentStore.Memory.Tables;

namespace FaceMix.Tests.LatentStore.Memory;

public sealed class FaceTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_table_that_was_changed_many_times_holds_what_a_dictionary_does(int seed)
    {
        var random = new Random(seed);
        var expected = new Dictionary<long, float[]>();
        FaceTable? table = null;
        var greatest = 0L;
        for (var step = 1; step <= 40; step++)
        {
            // Some steps are small and some fill segments, so that both ways of finding rows and compaction are gone.
            var rows = new List<Row>();
            for (var i = random.Next(step % 7 == 0 ? 6000 : 20); i > 0; i--)
                rows.Add(new Row(++greatest, [step, i]));
            var some = expected.Keys.Where(_ => random.Next(step % 5 == 0 ? 2 : 500) == 0).ToList();
            var deleted = some.Where((_, i) => i % 2 == 0).ToList();
            rows.AddRange(some.Where((_, i) => i % 2 == 1).Select(id => new Row(id, [step, -1])));
            foreach (var id in deleted)
                expected.Remove(id);
            foreach (var row in rows)
                expected[row.Id] = row.Latent;

            var before = table is null ? null : Content(table);
            var next = Of(2, rows, table, deleted.Append(-5), step);

            Assert.Equal(expected, Content(next));
            Assert.Equal((expected.Count, step, greatest), (next.Count, next.Revision, next.GreatestId));
            if (before is not null)
                Assert.Equal(before, Content(table!));
            table = next;
        }
        Assert.True(table!.Segments * Segment.Capacity < 3 * (table.Count + Segment.Capacity), $"{table.Segments} segments hold {table.Count} faces");
    }

    [Fact]
    public void A_face_is_found_where_it_lies_now()
    {
        var first = Of(1, [new Row(5, [1]), new Row(6, [2])]);
        var second = Of(1, [new Row(5, [3])], first, [6]);

        Assert.Equal((0, 0), first.Find(5));
        Assert.Equal((0, 2), second.Find(5));
        Assert.Null(second.Find(6));
        Assert.Null(second.Find(7));
    }

    [Fact]
    public void Nothing_is_left_of_a_face_that_was_deleted_or_replaced()
    {
        var first = Of(2, [new Row(5, [1, 1]), new Row(6, [2, 2]), new Row(7, [3, 3])]);
        var change = Change(2, [new Row(5, [4, 4])], first, [6]);
        var second = change.Build(2, Epoch);

        change.Wipe();

        Assert.Equal([0f, 0, 0, 0, 3, 3, 4, 4], second[0].Segment.Values[..8]);
        Assert.Equal([0L, 0, 7, 5], second[0].Segment.Ids[..4]);
    }
}
