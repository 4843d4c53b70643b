namespace FaceMix.Imaging;

/// <summary>A picture in memory: 8-bit RGB, row after row.</summary>
public sealed class RgbImage
{
    /// <exception cref="ArgumentException">The array does not hold width × height × 3 bytes.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.LongLength != (long)width * height * 3)
            throw new ArgumentException($"{width} × {height} RGB pixels need {(long)width * height * 3} bytes, not {pixels.Length}.", nameof(pixels));
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Width × Height × 3 bytes.</summary>
    public byte[] Pixels { get; }

    /// <summary>The whole picture at another size: averaged over areas when it shrinks, bilinear when it grows.</summary>
    public RgbImage Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var to = new byte[checked(width * height * 3)];
        NativeImaging.Resize(Pixels, Width, Height, Width * 3, to, width, height);
        return new RgbImage(width, height, to);
    }

    /// <summary>The largest centred square, resized into <paramref name="rgb"/>.</summary>
    /// <param name="size">Width and height of the result.</param>
    /// <param name="rgb">size × size × 3 bytes.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public void SquareInto(int size, Span<byte> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (rgb.Length != size * size * 3)
            throw new ArgumentException($"A square of {size} needs {size * size * 3} bytes, not {rgb.Length}.", nameof(rgb));
        var side = Math.Min(Width, Height);
        var first = ((Height - side) / 2 * Width + (Width - side) / 2) * 3;
        NativeImaging.Resize(Pixels.AsSpan(first), side, side, Width * 3, rgb, size, size);
    }
}
