namespace FaceMix.Trainer.Reports;

/// <summary>Capital letters, figures and a few signs of 5 × 7 pixels, enough for a sheet's captions.</summary>
internal static class SheetFont
{
    public const int Height = 7;

    private const int Width = 5;

    // Seven rows of five bits, the first row highest.
    private static readonly Dictionary<char, ulong> s_glyphs = new()
    {
        ['A'] = 0x3A31FC631,
        ['B'] = 0x7A31F463E,
        ['C'] = 0x3A308422E,
        ['D'] = 0x7A318C63E,
        ['E'] = 0x7E10F421F,
        ['F'] = 0x7E10F4210,
        ['G'] = 0x3A30BC62F,
        ['H'] = 0x4631FC631,
        ['I'] = 0x38842108E,
        ['J'] = 0x1C4210A4C,
        ['K'] = 0x4654C5251,
        ['L'] = 0x42108421F,
        ['M'] = 0x4775AC631,
        ['N'] = 0x47359C631,
        ['O'] = 0x3A318C62E,
        ['P'] = 0x7A31F4210,
        ['Q'] = 0x3A318D64D,
        ['R'] = 0x7A31F5251,
        ['S'] = 0x3E107043E,
        ['T'] = 0x7C8421084,
        ['U'] = 0x46318C62E,
        ['V'] = 0x46318C544,
        ['W'] = 0x4631AD771,
        ['X'] = 0x462A22A31,
        ['Y'] = 0x462A21084,
        ['Z'] = 0x7C222221F,
        ['0'] = 0x3A33AE62E,
        ['1'] = 0x11842108E,
        ['2'] = 0x3A213221F,
        ['3'] = 0x3A213062E,
        ['4'] = 0x08CA97C42,
        ['5'] = 0x7E1E0862E,
        ['6'] = 0x3A10F462E,
        ['7'] = 0x7C2222108,
        ['8'] = 0x3A317462E,
        ['9'] = 0x3A317842E,
        ['.'] = 0x00000018C,
        [','] = 0x000003088,
        [':'] = 0x018C03180,
        ['-'] = 0x0000F8000,
        ['('] = 0x088842082,
        [')'] = 0x208210888,
        ['@'] = 0x3A37ADE0E,
        ['_'] = 0x00000001F,
    };

    /// <summary>Writes dark text; a character without a glyph leaves a gap, and what does not fit is cut off.</summary>
    /// <param name="rgb">The picture.</param>
    /// <param name="pictureWidth">In pixels.</param>
    /// <param name="left">Of the first character.</param>
    /// <param name="top">Of the text.</param>
    /// <param name="text">Shown in capitals.</param>
    public static void Write(byte[] rgb, int pictureWidth, int left, int top, string text)
    {
        foreach (var character in text.ToUpperInvariant())
        {
            if (left + Width > pictureWidth)
                return;
            var glyph = s_glyphs.GetValueOrDefault(character);
            for (var bit = 0; bit < Width * Height; bit++)
            {
                if ((glyph >> ((Width * Height) - 1 - bit) & 1) != 0)
                    rgb.AsSpan(((((top + (bit / Width)) * pictureWidth) + left + (bit % Width)) * 3), 3).Fill(40);
            }
            left += Width + 1;
        }
    }
}
