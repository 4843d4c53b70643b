using FaceMix.Latents;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FaceMix.Tests.Latents;

public sealed class AttributeMaskTests
{
    [Theory]
    [InlineData(0, 0UL)]
    [InlineData(1, 1UL)]
    [InlineData(40, 0xFF_FFFF_FFFFUL)]
    [InlineData(64, ulong.MaxValue)]
    public void All_attributes_of_a_list_are_its_lowest_bits(int attributes, ulong bits) => Assert.Equal(bits, AttributeMask.All(attributes).Bits);

    [Fact]
    public void Its_places_are_the_bits_that_are_set()
    {
        Prop.ForAll<ulong>(bits =>
        {
            var mask = new AttributeMask(bits);
            var places = mask.Places.ToList();
            return places.SequenceEqual(Enumerable.Range(0, 64).Where(mask.Has))
                && mask.Count == places.Count
                && places.Aggregate(AttributeMask.None, (sum, place) => sum | AttributeMask.Of(place)) == mask;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void All_64_bits_survive_a_signed_database_column()
    {
        Prop.ForAll<ulong>(bits => AttributeMask.FromInt64(new AttributeMask(bits).ToInt64()).Bits == bits).QuickCheckThrowOnFailure();
        Assert.Equal(long.MinValue, AttributeMask.Of(63).ToInt64());
    }

    [Fact]
    public void An_empty_mask_has_no_place()
    {
        Assert.True(AttributeMask.None.IsEmpty);
        Assert.Equal(64, AttributeMask.None.First);
        Assert.Empty(AttributeMask.None.Places);
    }
}
