using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Latents;

public sealed class AttributeNamesTests
{
    private static readonly AttributeNames Names = new(["Eyeglasses", "Smiling", "Blond_Hair"]);

    [Fact]
    public void A_mask_names_its_bits_in_the_lists_order() => Assert.Equal(["Eyeglasses", "Blond_Hair"], Names.In(new AttributeMask(0b101)));

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

        Assert.Equal(ulong.MaxValue, names.All.Bits);
        Assert.Equal(AttributeMask.Of(63), names.MaskOf("a63"));
        Assert.Equal(64, names.In(new AttributeMask(ulong.MaxValue)).Count());
    }

    [Fact]
    public void An_empty_list_knows_no_name()
    {
        Assert.True(new AttributeNames([]).All.IsEmpty);
        Assert.Null(new AttributeNames([]).Nearest("Smiling"));
    }

    [Fact]
    public void A_mirror_image_exchanges_left_and_right_and_nothing_else()
    {
        var names = new AttributeNames(["Smiling", "Gaze_Left", "Gaze_Right", "Left_Handed"]);

        Assert.Equal(new AttributeMask(0b0101), names.Mirrored(new AttributeMask(0b0011)));
        Assert.Equal(new AttributeMask(0b0011), names.Mirrored(new AttributeMask(0b0101)));
        Assert.Equal(new AttributeMask(0b1110), names.Mirrored(new AttributeMask(0b1110)));
        Assert.Equal(new AttributeMask(0b1000), names.Mirrored(new AttributeMask(0b1000)));
    }
}
