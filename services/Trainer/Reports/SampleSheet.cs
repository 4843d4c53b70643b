using FaceMix.Imaging;

namespace FaceMix.Trainer.Reports;

/// <summary>Rows of pictures, each row under its caption: what a person looks at first.</summary>
public static class SampleSheet
{
    private const int Gap = 2;
    private const int CaptionHeight = RgbImage.CapitalHeight + RgbImage.DescenderHeight + 3;

    /// <param name="rows">A caption and pictures, each size × size × 3 bytes one after the other; all rows alike in length or shorter.</param>
    /// <param name="size">Width and height of a picture.</param>
    public static RgbImage Draw(IReadOnlyList<(string Caption, byte[] Pictures)> rows, int size)
    {
        var bytes = size * size * 3;
        var columns = rows.Max(row => row.Pictures.Length / bytes);
        var width = Gap + (columns * (size + Gap));
        var height = rows.Sum(row => size + Gap + (row.Caption.Length > 0 ? CaptionHeight : 0)) + Gap;
        var sheet = RgbImage.White(width, height);
        var top = Gap;
        foreach (var (caption, pictures) in rows)
        {
            if (caption.Length > 0)
            {
                sheet.Write(caption, Gap, top + RgbImage.CapitalHeight + 1);
                top += CaptionHeight;
            }
            for (var i = 0; i < pictures.Length / bytes; i++)
                sheet.Paste(pictures.AsSpan(i * bytes, bytes), size, size, Gap + (i * (size + Gap)), top);
            top += size + Gap;
        }
        return sheet;
    }
}
