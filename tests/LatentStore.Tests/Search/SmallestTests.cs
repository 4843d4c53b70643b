using FaceMix.LatentStore.Search;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FaceMix.Tests.LatentStore.Search;

public sealed class SmallestTests
{
    [Fact]
    public void It_keeps_the_smallest_in_order() => Prop.ForAll<int[], int>((keys, count) =>
    {
        var capacity = 1 + Math.Abs(count % 20);
        var smallest = new Smallest<int>(capacity);
        for (var i = 0; i < keys.Length; i++)
            smallest.Add(keys[i], keys.Length - i);
        var expected = keys.Select((key, i) => (key, (long)(keys.Length - i))).Order().Take(capacity).ToArray();
        return smallest.Kept.SequenceEqual(expected) && smallest.IsFull == (expected.Length == capacity);
    }).QuickCheckThrowOnFailure();
}
