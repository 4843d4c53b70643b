using FaceMix.Imaging;
using Xunit;

namespace FaceMix.Tests.Imaging;

public sealed class RoundTrips
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 64)]
    [InlineData(31, 57)]
    public void A_png_comes_back_byte_for_byte(int width, int height)
    {
        var picture = Some.Picture(width, height);

        var back = ImageDecoder.Decode(ImageEncoder.Encode(picture, ImageFormat.Png), "a.png");

        Assert.Equal((width, height), (back.Width, back.Height));
        Assert.Equal(picture.Pixels, back.Pixels);
    }

    [Fact]
    public void A_jpeg_comes_back_nearly()
    {
        var picture = Some.Picture(96, 64);

        var back = ImageDecoder.Decode(ImageEncoder.Encode(picture, ImageFormat.Jpeg, 95), "a.jpg");

        Assert.Equal((96, 64), (back.Width, back.Height));
        Assert.InRange(Some.MeanDifference(picture, back), 0, 2.5);
    }

    [Fact]
    public void A_worse_quality_is_a_smaller_file()
    {
        var picture = Some.Picture(128, 128);

        Assert.True(ImageEncoder.Encode(picture, ImageFormat.Jpeg, 20).Length < ImageEncoder.Encode(picture, ImageFormat.Jpeg, 95).Length);
    }

    [Fact]
    public void Many_threads_may_work_at_once()
    {
        var file = Some.Jpeg(64, 48);
        var expected = ImageDecoder.Decode(file, "a.jpg").Pixels;

        Parallel.For(0, 64, _ => Assert.Equal(expected, ImageDecoder.Decode(file, "a.jpg").Pixels));
    }

    [Fact]
    public void A_picture_of_the_wrong_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new RgbImage(2, 2, new byte[11]));
        Assert.Throws<ArgumentException>(() => ImageEncoder.Encode(new byte[11], 2, 2, ImageFormat.Png));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageEncoder.Encode(new byte[12], 2, 2, ImageFormat.Jpeg, 0));
    }
}
