using OpenCvSharp;

namespace FaceMix.Imaging;

/// <summary>A picture in memory: 8-bit RGB, row after row.</summary>
public sealed class RgbImage
{
    /// <summary>Of the letters that <see cref="Write"/> draws, in pixels; some reach <see cref="DescenderHeight"/> below the baseline.</summary>
    public const int CapitalHeight = 9;

    public const int DescenderHeight = 4;

    // Gives that height; smaller letters run together.
    private const double FontScale = 0.4;
    private const int Ink = 40;

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

    /// <summary>A white picture to <see cref="Paste"/> into.</summary>
    public static RgbImage White(int width, int height)
    {
        var pixels = new byte[checked(width * height * 3)];
        pixels.AsSpan().Fill(byte.MaxValue);
        return new RgbImage(width, height, pixels);
    }

    /// <summary>Copies a smaller picture into this one.</summary>
    /// <param name="rgb">width × height × 3 bytes.</param>
    /// <param name="width">Of the smaller picture.</param>
    /// <param name="height">Of the smaller picture.</param>
    /// <param name="left">Where its left edge comes to lie.</param>
    /// <param name="top">Where its upper edge comes to lie.</param>
    /// <exception cref="ArgumentException">The span has another length, or the picture would reach beyond this one.</exception>
    public void Paste(ReadOnlySpan<byte> rgb, int width, int height, int left, int top)
    {
        if (rgb.Length != width * height * 3)
            throw new ArgumentException($"A picture of {width} × {height} has {width * height * 3} bytes, not {rgb.Length}.", nameof(rgb));
        if (left < 0 || top < 0 || left + width > Width || top + height > Height)
            throw new ArgumentException($"{width} × {height} at ({left}, {top}) reaches beyond {Width} × {Height}.", nameof(rgb));
        for (var row = 0; row < height; row++)
            rgb.Slice(row * width * 3, width * 3).CopyTo(Pixels.AsSpan((((top + row) * Width) + left) * 3));
    }

    /// <summary>Writes a line of small dark text, its capitals <see cref="CapitalHeight"/> pixels high; what does not fit is cut off, and what is not ASCII becomes a question mark.</summary>
    /// <param name="text">One line.</param>
    /// <param name="left">Of the first character.</param>
    /// <param name="baseline">The row on which letters stand.</param>
    public void Write(string text, int left, int baseline)
    {
        using var canvas = OpenCv.View(this);
        Cv2.PutText(canvas, text, new Point(left, baseline), HersheyFonts.HersheySimplex, FontScale, Scalar.All(Ink), thickness: 1, LineTypes.AntiAlias);
    }

    /// <summary>The whole picture at another size: averaged over areas when it shrinks, bilinear when it grows.</summary>
    public RgbImage Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var to = new RgbImage(width, height, new byte[checked(width * height * 3)]);
        using var target = OpenCv.View(to);
        ResizeInto(new Rect(0, 0, Width, Height), target);
        return to;
    }

    /// <summary>The largest centred square, resized into <paramref name="rgb"/>.</summary>
    /// <param name="size">Width and height of the result.</param>
    /// <param name="rgb">size × size × 3 bytes.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public unsafe void SquareInto(int size, Span<byte> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (rgb.Length != size * size * 3)
            throw new ArgumentException($"A square of {size} needs {size * size * 3} bytes, not {rgb.Length}.", nameof(rgb));
        var side = Math.Min(Width, Height);
        fixed (byte* to = rgb)
        {
            using var target = OpenCv.View(to, size, size);
            ResizeInto(new Rect((Width - side) / 2, (Height - side) / 2, side, side), target);
        }
    }

    private void ResizeInto(Rect part, Mat target)
    {
        try
        {
            using var whole = OpenCv.View(this);
            using var source = new Mat(whole, part);
            OpenCv.Resize(source, target);
        }
        catch (Exception failure) when (OpenCv.Failed(failure))
        {
            throw new ImageException($"A picture of {part.Width} × {part.Height} cannot be resized to {target.Width} × {target.Height}: {OpenCv.Reason(failure)}.", failure);
        }
    }
}
