using FaceMix.Imaging;
using NetVips;

namespace FaceMix.Trainer.Reports.Page;

/// <summary>The same faces over a run as an animated WebP small enough to stand in a page; a line below them says how far the run is.</summary>
public static class LearningPreview
{
    public const int MostFrames = 24;

    /// <summary>Of the file.</summary>
    public const int MostBytes = 1_000_000;

    /// <summary>Larger faces are shrunk.</summary>
    public const int LargestFace = 64;

    private const int LineHeight = 3;
    private const int FrameMilliseconds = 300;
    private const int LastMilliseconds = 2500;
    private static readonly int[] s_qualities = [80, 60, 40, 20];

    /// <param name="sheets">Pictures of equal size, first to last; beyond <see cref="MostFrames"/> some between are left out.</param>
    /// <param name="face">Width and height of a face in them.</param>
    /// <returns>The file and its size in pixels; null where there are fewer than two pictures, or too many pixels for <see cref="MostBytes"/>.</returns>
    public static (byte[] File, int Width, int Height)? Of(IReadOnlyList<RgbImage> sheets, int face)
    {
        ArgumentNullException.ThrowIfNull(sheets);
        if (sheets.Count < 2)
            return null;
        var shown = Spread(sheets, MostFrames);
        var shrink = Math.Min(1.0, (double)LargestFace / face);
        var (width, height) = ((int)(shown[0].Width * shrink), (int)(shown[0].Height * shrink) + LineHeight);
        var frames = new byte[shown.Count * width * height * 3];
        for (var i = 0; i < shown.Count; i++)
            Draw(shown[i], (i + 1.0) / shown.Count, width, height, frames.AsSpan(i * width * height * 3, width * height * 3));
        return Encode(frames, width, height, shown.Count) is { } file ? (file, width, height) : null;
    }

    /// <summary>So many of a list, evenly, with the first and the last.</summary>
    public static IReadOnlyList<T> Spread<T>(IReadOnlyList<T> all, int most) =>
        all.Count <= most ? all : [.. Enumerable.Range(0, most).Select(i => all[(int)Math.Round(i * (all.Count - 1) / (most - 1.0))])];

    private static void Draw(RgbImage sheet, double progress, int width, int height, Span<byte> frame)
    {
        frame.Fill(byte.MaxValue);
        var picture = sheet.Width == width ? sheet : sheet.Resize(width, height - LineHeight);
        picture.Pixels.CopyTo(frame);
        for (var row = height - LineHeight; row < height; row++)
            frame.Slice(row * width * 3, (int)Math.Round(progress * width) * 3).Fill(0x40);
    }

    private static byte[]? Encode(byte[] frames, int width, int height, int count)
    {
        // libvips sees an animation as one tall picture.
        using var tall = Image.NewFromMemory(frames, width, height * count, bands: 3, Enums.BandFormat.Uchar);
        using var animation = tall.Mutate(picture =>
        {
            picture.Set(GValue.GIntType, "page-height", height);
            picture.Set(GValue.ArrayIntType, "delay", Enumerable.Range(0, count).Select(i => i < count - 1 ? FrameMilliseconds : LastMilliseconds).ToArray());
            picture.Set(GValue.GIntType, "loop", 0);
        });
        return s_qualities.Select(quality => animation.WebpsaveBuffer(q: quality, minSize: true)).FirstOrDefault(file => file.Length <= MostBytes);
    }
}
