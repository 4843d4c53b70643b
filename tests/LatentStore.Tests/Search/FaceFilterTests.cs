using System.Numerics;
using FaceMix.Latents;
using FaceMix.LatentStore.Search;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FaceMix.Tests.LatentStore.Search;

public sealed class FaceFilterTests
{
    [Fact]
    public void Every_wish_is_met_missing_violated_or_not_known() => Prop.ForAll<ulong, ulong, ulong>((wishes, given, bits) =>
    {
        var filter = new FaceFilter(new(wishes & bits), new(wishes & ~bits));
        var (has, known) = (new AttributeMask(given & BitOperations.RotateLeft(bits, 7)), new AttributeMask(given));
        AttributeMask[] parts = [filter.Met(has, known), filter.Missing(has, known), filter.Violated(has), filter.NotKnown(known)];
        return parts.Aggregate((a, b) => a | b).Bits == wishes
            && parts.Sum(part => part.Count) == BitOperations.PopCount(wishes)
            && filter.Meets(has, known) == (filter.Met(has, known).Bits == wishes)
            && filter.Distance(has, known) == (256 * (parts[1] | parts[2]).Count) + parts[3].Count;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_face_of_which_it_is_not_known_meets_no_wish()
    {
        var (nothing, first) = (AttributeMask.None, AttributeMask.Of(0));

        Assert.False(new FaceFilter(first, nothing).Meets(has: nothing, known: nothing));
        Assert.False(new FaceFilter(nothing, first).Meets(has: nothing, known: nothing));
        Assert.True(new FaceFilter(nothing, first).Meets(has: nothing, known: first));
        Assert.True(new FaceFilter(first, nothing).Meets(has: first, known: first));
    }
}
