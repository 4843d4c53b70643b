using FaceMix.Imaging;

namespace FaceMix.Trainer.Reports;

/// <summary>Rows of pictures, each row under its caption: what a person looks at first.</summary>
public static class SampleSheet
{
    private const int Gap = 2;
    private const int CaptionHeight = SheetFont.Height + 6;

    /// <param name="rows">A caption and pictures, each size × size × 3 bytes one after the other; all rows alike in length or shorter.</param>
    /// <param name="size">Width and height of a picture.</param>
    public static RgbImage Draw(IReadOnlyList<(string Caption, byte[] Pictures)> rows, int size)
    {
        var bytes = size * size * 3;
        var columns = rows.Max(row => row.Pictures.Length / bytes);
        var width = Gap + (columns * (size + Gap));
        var height = rows.Sum(row => size + Gap + (row.Caption.Length > 0 ? CaptionHeight : 0)) + Gap;
        var sheet = new byte[width * height * 3];
        sheet.AsSpan().Fill(byte.MaxValue);
        var top = Gap;
        foreach (var (caption, pictures) in rows)
        {
            if (caption.Length > 0)
            {
                SheetFont.Write(sheet, width, Gap + 1, top + 3, caption);
                top += CaptionHeight;
            }
            for (var i = 0; i < pictures.Length / bytes; i++)
                Place(sheet, width, Gap + (i * (size + Gap)), top, pictures.AsSpan(i * bytes, bytes), size);
            top += size + Gap;
        }
        return new RgbImage(width, height, sheet);
    }

    private static void Place(byte[] sheet, int width, int left, int top, ReadOnlySpan<byte> picture, int size)
    {
        for (var row = 0; row < size; row++)
            picture.Slice(row * size * 3, size * 3).CopyTo(sheet.AsSpan((((top + row) * width) + left) * 3));
    }
}
