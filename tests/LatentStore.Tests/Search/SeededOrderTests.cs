using FaceMix.LatentStore.Search;
using Xunit;

namespace FaceMix.Tests.LatentStore.Search;

public sealed class SeededOrderTests(TestPostgres postgres) : StoreTest(postgres)
{
    [NeedsPostgres]
    public async Task It_is_the_order_of_PostgreSQLs_hash()
    {
        var random = new Random(1);
        long[] ids = [0, 1, -1, long.MaxValue, long.MinValue, uint.MaxValue, 1L << 32, .. Enumerable.Range(0, 200).Select(_ => random.NextInt64(long.MinValue, long.MaxValue))];
        foreach (var seed in new ulong[] { 0, 1, 42, 1UL << 53, ulong.MaxValue, 0xDEADBEEF00000000 })
        {
            await using var command = Database.CreateCommand("SELECT array_agg(hashint8extended(id, $2) ORDER BY n) FROM unnest($1) WITH ORDINALITY AS u(id, n)");
            command.Parameters.Add(new() { Value = ids });
            command.Parameters.Add(new() { Value = unchecked((long)seed) });

            Assert.Equal((long[])(await command.ExecuteScalarAsync())!, ids.Select(id => SeededOrder.Key(id, seed)));
        }
    }

    [Fact]
    public void Every_face_is_equally_likely_to_come_first()
    {
        var ids = Enumerable.Range(1, 40).Select(i => (long)i * 7).ToArray();

        var draws = Enumerable.Range(0, 40_000).Select(seed => ids.MinBy(id => SeededOrder.Key(id, (ulong)seed))).CountBy(id => id).ToDictionary();

        Assert.Equal(40, draws.Count);
        // 39 degrees of freedom: a fair choice exceeds 82 once in 10 000 such tests, and the seeds are fixed.
        Assert.InRange(draws.Values.Sum(count => (count - 1000.0) * (count - 1000.0) / 1000), 0, 82);
    }
}
