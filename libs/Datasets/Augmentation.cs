using FaceMix.Imaging;
using FaceMix.Latents;

namespace FaceMix.Datasets;

/// <summary>
/// Small changes that leave a face the same face: another light, another crop. A pure function of the random numbers it is
/// given, so that a run's pictures follow from its seed alone.
/// </summary>
internal static class Augmentation
{
    /// <summary>Changes brightness, contrast and saturation, each by up to <paramref name="most"/> of itself.</summary>
    public static void Colour(Span<byte> rgb, float most, ref SplitMix64 random)
    {
        var brightness = random.Between(-most, most) * 127.5f;
        var contrast = 1 + random.Between(-most, most);
        var saturation = 1 + random.Between(-most, most);
        for (var i = 0; i + 2 < rgb.Length; i += 3)
        {
            var grey = ((float)Luminance.Red * rgb[i]) + ((float)Luminance.Green * rgb[i + 1]) + ((float)Luminance.Blue * rgb[i + 2]);
            for (var channel = 0; channel < 3; channel++)
            {
                var value = grey + (saturation * (rgb[i + channel] - grey));
                rgb[i + channel] = (byte)Math.Clamp(MathF.Round(((value - 127.5f) * contrast) + 127.5f + brightness), 0, 255);
            }
        }
    }

    /// <summary>Takes a square smaller by up to <paramref name="most"/> of the side, anywhere in the picture, and brings it back to full size (bilinear).</summary>
    public static void Crop(Span<byte> rgb, int size, float most, ref SplitMix64 random)
    {
        var side = size * (1 - (most * random.NextSingle()));
        var (left, top) = (random.NextSingle() * (size - side), random.NextSingle() * (size - side));
        var scale = side / size;
        var source = rgb.ToArray();
        for (var y = 0; y < size; y++)
        {
            var (row, below, down) = Between(top + ((y + 0.5f) * scale) - 0.5f, size);
            for (var x = 0; x < size; x++)
            {
                var (column, beside, along) = Between(left + ((x + 0.5f) * scale) - 0.5f, size);
                for (var channel = 0; channel < 3; channel++)
                {
                    float At(int r, int c) => source[(((r * size) + c) * 3) + channel];
                    var upper = At(row, column) + (along * (At(row, beside) - At(row, column)));
                    var lower = At(below, column) + (along * (At(below, beside) - At(below, column)));
                    rgb[(((y * size) + x) * 3) + channel] = (byte)MathF.Round(upper + (down * (lower - upper)));
                }
            }
        }
    }

    // The two pixels a place lies between, and how far from the first.
    private static (int First, int Second, float Part) Between(float place, int size)
    {
        place = Math.Clamp(place, 0, size - 1);
        var first = (int)place;
        return (first, Math.Min(first + 1, size - 1), place - first);
    }
}
