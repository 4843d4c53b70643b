using FaceMix.Imaging;
using Xunit;

namespace FaceMix.Tests.Imaging;

public sealed class Resizing
{
    [Theory]
    [InlineData(64, 48, 4)]
    [InlineData(30, 30, 3)]
    public void Shrinking_by_a_whole_factor_averages_blocks(int width, int height, int factor)
    {
        var picture = Some.Picture(width, height);

        var small = picture.Resize(width / factor, height / factor);

        for (var y = 0; y < small.Height; y++)
        {
            for (var x = 0; x < small.Width; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                    Assert.InRange(small.Pixels[(y * small.Width + x) * 3 + channel] - BlockMean(picture, x, y, factor, channel), -0.51, 0.51);
            }
        }
    }

    [Fact]
    public void One_flat_colour_stays_that_colour_at_any_size()
    {
        var flat = new RgbImage(50, 50, [.. Enumerable.Range(0, 50 * 50).SelectMany(_ => new byte[] { 10, 200, 77 })]);

        foreach (var size in new[] { 1, 7, 49, 50, 51, 200 })
            Assert.Equal([10, 200, 77], flat.Resize(size, size).Pixels.Chunk(3).Select(pixel => pixel.ToArray()).Distinct(new ByBytes()).Single());
    }

    [Fact]
    public void The_square_is_cut_from_the_middle()
    {
        // Left third dark, right two thirds bright in blue: of a 90 × 30 picture the middle square is all bright.
        var square = new byte[10 * 10 * 3];

        Some.Picture(90, 30).SquareInto(10, square);

        Assert.All(Enumerable.Range(0, 100), i => Assert.InRange(square[3 * i + 2], 165, 175));
        Assert.Throws<ArgumentException>(() => Some.Picture(90, 30).SquareInto(10, new byte[10]));
    }

    [Fact]
    public void A_sheet_holds_every_picture_in_its_place()
    {
        ReadOnlyMemory<byte>[] pictures = [.. Enumerable.Range(1, 5).Select(i => (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)(10 * i), 4 * 6 * 3).ToArray())];

        var sheet = ContactSheet.Lay(pictures, 4, 6, columns: 3, gap: 1);

        Assert.Equal((3 * 5 + 1, 2 * 7 + 1), (sheet.Width, sheet.Height));
        Assert.Equal(255, sheet.Pixels[0]);
        Assert.Equal(10, At(sheet, 1, 1));
        Assert.Equal(30, At(sheet, 11, 6));
        Assert.Equal(50, At(sheet, 6, 8));
        Assert.Equal(255, At(sheet, 11, 8));
    }

    private static byte At(RgbImage image, int x, int y) => image.Pixels[(y * image.Width + x) * 3];

    private static double BlockMean(RgbImage image, int x, int y, int factor, int channel)
    {
        var sum = 0.0;
        for (var i = 0; i < factor * factor; i++)
            sum += image.Pixels[((y * factor + i / factor) * image.Width + x * factor + i % factor) * 3 + channel];
        return sum / (factor * factor);
    }

    private sealed class ByBytes : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => obj[0];
    }
}
