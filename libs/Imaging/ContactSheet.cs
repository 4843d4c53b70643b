namespace FaceMix.Imaging;

/// <summary>Many pictures of one size laid out as one.</summary>
public static class ContactSheet
{
    /// <summary>Lays pictures out row by row on white.</summary>
    /// <param name="pictures">Each width × height × 3 bytes of RGB.</param>
    /// <param name="width">Width of each picture.</param>
    /// <param name="height">Height of each picture.</param>
    /// <param name="columns">Pictures in a row; the last row may be shorter.</param>
    /// <param name="gap">White pixels between pictures and around them.</param>
    /// <exception cref="ArgumentException">There is no picture, or one has another size.</exception>
    public static RgbImage Lay(IReadOnlyList<ReadOnlyMemory<byte>> pictures, int width, int height, int columns, int gap = 2)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        if (pictures.Count == 0)
            throw new ArgumentException("A sheet needs at least one picture.", nameof(pictures));
        columns = Math.Min(columns, pictures.Count);
        var rows = (pictures.Count + columns - 1) / columns;
        var sheet = RgbImage.White(checked((columns * (width + gap)) + gap), checked((rows * (height + gap)) + gap));
        for (var i = 0; i < pictures.Count; i++)
            sheet.Paste(pictures[i].Span, width, height, gap + (i % columns * (width + gap)), gap + (i / columns * (height + gap)));
        return sheet;
    }
}
