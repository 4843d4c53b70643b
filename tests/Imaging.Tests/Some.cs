using FaceMix.Imaging;

namespace FaceMix.Tests.Imaging;

/// <summary>Pictures to test with.</summary>
internal static class Some
{
    /// <summary>Smooth colours with an edge: what a lossy format keeps well, and a transposed or mirrored result would not match.</summary>
    public static RgbImage Picture(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = (y * width + x) * 3;
                pixels[at] = (byte)(40 + 180 * x / width);
                pixels[at + 1] = (byte)(30 + 190 * y / height);
                pixels[at + 2] = (byte)(x < width / 3 ? 60 : 170);
            }
        }

        return new RgbImage(width, height, pixels);
    }

    public static byte[] Png(int width = 40, int height = 30) => ImageEncoder.Encode(Picture(width, height), ImageFormat.Png);

    public static byte[] Jpeg(int width = 40, int height = 30) => ImageEncoder.Encode(Picture(width, height), ImageFormat.Jpeg);

    public static double MeanDifference(RgbImage a, RgbImage b) =>
        a.Pixels.Zip(b.Pixels, (x, y) => (double)Math.Abs(x - y)).Average();
}
