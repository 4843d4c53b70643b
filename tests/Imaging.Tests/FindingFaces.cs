using FaceMix.Imaging;
using Xunit;

namespace FaceMix.Tests.Imaging;

public sealed class FindingFaces
{
    [Fact]
    public void A_square_that_is_cut_out_is_turned_level_and_centred()
    {
        // Two dots on a slope, as eyes are in a tilted face.
        const int size = 200;
        var picture = new RgbImage(size, size, new byte[size * size * 3]);
        Dot(picture, 70, 80);
        Dot(picture, 130, 104);
        var degrees = Math.Atan2(24, 60) * 180 / Math.PI;

        var cut = FaceFinder.Cut(picture, 100, 92, 100, degrees, 100);

        var lit = Enumerable.Range(0, 100 * 100).Where(i => cut.Pixels[3 * i] > 100).Select(i => (X: i % 100, Y: i / 100)).ToList();
        var (left, right) = (lit.Where(p => p.X < 50).ToList(), lit.Where(p => p.X >= 50).ToList());
        Assert.Equal(left.Average(p => p.Y), right.Average(p => p.Y), 1.0);
        Assert.Equal(50, (left.Average(p => p.X) + right.Average(p => p.X)) / 2, 1.0);
        Assert.Equal(Math.Sqrt((60 * 60) + (24 * 24)), right.Average(p => p.X) - left.Average(p => p.X), 1.5);
    }

    [Fact]
    public void Beyond_its_edge_a_picture_is_mirrored_and_never_black()
    {
        var picture = new RgbImage(40, 40, [.. Enumerable.Repeat((byte)180, 40 * 40 * 3)]);

        var cut = FaceFinder.Cut(picture, 5, 5, 60, 15, 32);

        Assert.All(cut.Pixels, value => Assert.Equal(180, value));
    }

    [Fact]
    public void What_is_no_cascade_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("not.xml"), "<html></html>");

        Assert.Contains("no such cascade", Assert.Throws<ImageException>(() => new FaceFinder(folder.File("none.xml"))).Message, StringComparison.Ordinal);
        Assert.StartsWith(folder.File("not.xml"), Assert.Throws<ImageException>(() => new FaceFinder(folder.File("not.xml"))).Message, StringComparison.Ordinal);
    }

    private static void Dot(RgbImage picture, int x, int y)
    {
        for (var row = y - 2; row <= y + 2; row++)
            picture.Pixels.AsSpan(((row * picture.Width) + x - 2) * 3, 15).Fill(255);
    }
}
