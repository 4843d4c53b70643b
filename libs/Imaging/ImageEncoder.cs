using OpenCvSharp;

namespace FaceMix.Imaging;

/// <summary>RGB pixels to PNG and JPEG files.</summary>
public static class ImageEncoder
{
    /// <summary>What a JPEG is written with unless told otherwise: no face shows the difference.</summary>
    public const int DefaultJpegQuality = 92;

    // zlib's own default of 0..9.
    private const int PngCompression = 6;

    /// <summary>Encodes into an array of its own.</summary>
    /// <param name="rgb">width × height × 3 bytes.</param>
    /// <param name="width">1..65500.</param>
    /// <param name="height">1..65500.</param>
    /// <param name="format">PNG is lossless; JPEG is about a fifth of its size.</param>
    /// <param name="jpegQuality">1..100.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    /// <exception cref="ImageException">OpenCV could not encode it.</exception>
    public static unsafe byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height, ImageFormat format, int jpegQuality = DefaultJpegQuality)
    {
        Check(rgb, width, height, jpegQuality);
        var (extension, parameter) = format == ImageFormat.Png
            ? (".png", new ImageEncodingParam(ImwriteFlags.PngCompression, PngCompression))
            : (".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, jpegQuality));
        try
        {
            fixed (byte* pixels = rgb)
            {
                using var view = OpenCv.View(pixels, width, height);
                using var bgr = new Mat();
                Cv2.CvtColor(view, bgr, ColorConversionCodes.RGB2BGR);
                Cv2.ImEncode(extension, bgr, out var file, parameter);
                return file;
            }
        }
        catch (Exception failure) when (OpenCv.Failed(failure))
        {
            throw new ImageException($"A picture of {width} × {height} cannot be encoded: {OpenCv.Reason(failure)}.", failure);
        }
    }

    /// <summary>Encodes a picture into an array of its own.</summary>
    public static byte[] Encode(RgbImage image, ImageFormat format, int jpegQuality = DefaultJpegQuality)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Encode(image.Pixels, image.Width, image.Height, format, jpegQuality);
    }

    private static void Check(ReadOnlySpan<byte> rgb, int width, int height, int jpegQuality)
    {
        // libjpeg's own limit on a side.
        const int maxSide = 65_500;
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, maxSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, maxSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(jpegQuality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jpegQuality, 100);
        if (rgb.Length != (long)width * height * 3)
            throw new ArgumentException($"{width} × {height} RGB pixels need {(long)width * height * 3} bytes, not {rgb.Length}.", nameof(rgb));
    }
}
