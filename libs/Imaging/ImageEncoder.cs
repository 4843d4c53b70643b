using System.Buffers;

namespace FaceMix.Imaging;

/// <summary>RGB pixels to PNG and JPEG files.</summary>
public static class ImageEncoder
{
    /// <summary>What a JPEG is written with unless told otherwise: no face shows the difference.</summary>
    public const int DefaultJpegQuality = 92;

    /// <summary>Encodes into a caller's buffer.</summary>
    /// <param name="rgb">width × height × 3 bytes.</param>
    /// <param name="width">1..65500.</param>
    /// <param name="height">1..65500.</param>
    /// <param name="format">PNG is lossless; JPEG is about a fifth of its size.</param>
    /// <param name="to">Receives the file.</param>
    /// <param name="jpegQuality">1..100.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static void Encode(ReadOnlySpan<byte> rgb, int width, int height, ImageFormat format, IBufferWriter<byte> to, int jpegQuality = DefaultJpegQuality)
    {
        ArgumentNullException.ThrowIfNull(to);
        Check(rgb, width, height, jpegQuality);
        NativeImaging.Encode(rgb, width, height, format, jpegQuality, to, static (file, writer) => writer.Write(file));
    }

    /// <summary>Encodes into an array of its own.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height, ImageFormat format, int jpegQuality = DefaultJpegQuality)
    {
        Check(rgb, width, height, jpegQuality);
        var box = new byte[1][];
        NativeImaging.Encode(rgb, width, height, format, jpegQuality, box, static (file, result) => result[0] = file.ToArray());
        return box[0];
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
