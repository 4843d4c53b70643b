using FaceMix.Imaging;
using Xunit;

namespace FaceMix.Tests.Imaging;

public sealed class PastingTests
{
    [Fact]
    public void A_pasted_picture_lies_where_it_was_put_and_touches_nothing_else()
    {
        var sheet = RgbImage.White(5, 4);

        sheet.Paste([.. Enumerable.Repeat((byte)9, 2 * 2 * 3)], 2, 2, left: 3, top: 1);

        var dark = Enumerable.Range(0, 5 * 4).Where(i => sheet.Pixels[3 * i] == 9).Select(i => (i % 5, i / 5));
        Assert.Equal([(3, 1), (4, 1), (3, 2), (4, 2)], dark);
        Assert.Equal(4 * 3, sheet.Pixels.Count(value => value != 255));
    }

    [Fact]
    public void A_picture_that_would_reach_beyond_the_edge_is_refused()
    {
        var sheet = RgbImage.White(5, 4);

        Assert.Throws<ArgumentException>(() => sheet.Paste(new byte[12], 2, 2, left: 4, top: 1));
        Assert.Throws<ArgumentException>(() => sheet.Paste(new byte[12], 2, 2, left: 0, top: -1));
        Assert.Throws<ArgumentException>(() => sheet.Paste(new byte[11], 2, 2, left: 0, top: 0));
    }

    [Fact]
    public void Text_stands_on_its_baseline_and_is_cut_off_at_the_edge()
    {
        var sheet = RgbImage.White(60, 20);

        sheet.Write("gH, and much that does not fit", left: 2, baseline: 14);

        var rows = Enumerable.Range(0, 20).Where(y => sheet.Pixels.AsSpan(y * 60 * 3, 60 * 3).ContainsAnyExcept(byte.MaxValue)).ToList();
        Assert.Equal((14 - RgbImage.CapitalHeight, 14 + RgbImage.DescenderHeight), (rows[0], rows[^1]));
    }
}
