using FaceMix.LatentStore.Latents;
using Xunit;

namespace FaceMix.Tests.LatentStore.Latents;

public sealed class AttributeNamesTests
{
    private static readonly AttributeNames Names = new(["Eyeglasses", "Smiling", "Blond_Hair"]);

    [Fact]
    public void A_mask_names_its_bits_in_the_lists_order() => Assert.Equal(["Eyeglasses", "Blond_Hair"], Names.In(0b101));

    [Theory]
    [InlineData("Eyeglases", "Eyeglasses")]
    [InlineData("smiling", "Smiling")]
    [InlineData("blondhair", "Blond_Hair")]
    [InlineData("Moustache", null)]
    public void A_misspelt_name_finds_the_one_that_was_meant(string given, string? meant) => Assert.Equal(meant, Names.Nearest(given));

    [Fact]
    public void Sixty_four_names_fill_a_mask()
    {
        var names = new AttributeNames([.. Enumerable.Range(0, 64).Select(i => $"a{i}")]);

        Assert.Equal(ulong.MaxValue, names.AllBits);
        Assert.Equal(1UL << 63, names.BitOf("a63"));
        Assert.Equal(64, names.In(ulong.MaxValue).Count());
    }

    [Fact]
    public void An_empty_list_knows_no_name()
    {
        Assert.Equal(0UL, new AttributeNames([]).AllBits);
        Assert.Null(new AttributeNames([]).Nearest("Smiling"));
    }
}
