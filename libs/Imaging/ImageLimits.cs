namespace FaceMix.Imaging;

/// <summary>What a picture may demand; held against its header before anything is decoded.</summary>
public sealed record ImageLimits
{
    /// <summary>For photographs as cameras make them: 32 MiB, 16384 pixels a side, 64 megapixels.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>Largest file in bytes.</summary>
    public int MaxBytes { get; init; } = 32 << 20;

    /// <summary>Largest width or height in pixels.</summary>
    public int MaxSide { get; init; } = 16_384;

    /// <summary>Largest width × height.</summary>
    public long MaxPixels { get; init; } = 64_000_000;

    internal void Check(string name, int width, int height)
    {
        if (width > MaxSide || height > MaxSide)
            throw ImageException.About(name, $"{width} × {height} pixels; a side may have at most {MaxSide}");
        if ((long)width * height > MaxPixels)
            throw ImageException.About(name, $"{width} × {height} pixels; a picture may have at most {MaxPixels}");
    }
}
