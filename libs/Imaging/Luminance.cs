namespace FaceMix.Imaging;

/// <summary>Shares of red, green and blue in grey, by ITU-R BT.601.</summary>
public static class Luminance
{
    public const double Red = 0.299;
    public const double Green = 0.587;
    public const double Blue = 0.114;

    /// <summary>Makes a picture grey: every pixel's three bytes become its luminance, rounded to even.</summary>
    /// <param name="rgb">Three bytes a pixel.</param>
    public static void Apply(Span<byte> rgb)
    {
        for (var i = 0; i < rgb.Length; i += 3)
            rgb.Slice(i, 3).Fill((byte)Math.Round((Red * rgb[i]) + (Green * rgb[i + 1]) + (Blue * rgb[i + 2])));
    }
}
