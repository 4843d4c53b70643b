using FaceMix.Imaging;

namespace FaceMix.Trainer.Reports.Page;

/// <summary>Faces as pictures of a page: laid out, brought to a size that a page can carry, and put into a data URI.</summary>
/// <param name="size">Width and height of a face.</param>
public sealed class PagePictures(int size)
{
    /// <summary>Larger faces are shrunk: a page holds hundreds of them.</summary>
    public const int LargestFace = 128;

    private const int Quality = 90;
    private const int ThumbQuality = 80;

    /// <summary>Width and height of a face on the page.</summary>
    public int Shown { get; } = Math.Min(size, LargestFace);

    /// <param name="rgb">uint8 [N, H, W, 3].</param>
    /// <param name="columns">Faces beside each other.</param>
    public PagePicture Lay(byte[] rgb, int columns) => Lay(rgb, columns, Shown, Quality);

    /// <summary>Many small ones, for a map.</summary>
    public PagePicture Thumbs(byte[] rgb, int columns, int thumb) => Lay(rgb, columns, thumb, ThumbQuality);

    /// <summary>A picture that was laid out before.</summary>
    public PagePicture Whole(RgbImage image, int columns)
    {
        if (size > Shown)
            image = image.Resize(image.Width * Shown / size, image.Height * Shown / size);
        return Picture(image, columns, Quality);
    }

    private PagePicture Lay(byte[] rgb, int columns, int shown, int quality)
    {
        var bytes = size * size * 3;
        var faces = Enumerable.Range(0, rgb.Length / bytes).Select(i =>
        {
            var face = rgb.AsSpan(i * bytes, bytes).ToArray();
            return (ReadOnlyMemory<byte>)(shown == size ? face : new RgbImage(size, size, face).Resize(shown, shown).Pixels);
        }).ToList();
        columns = Math.Min(columns, faces.Count);
        return Picture(ContactSheet.Lay(faces, shown, shown, columns, gap: 0), columns, quality);
    }

    private static PagePicture Picture(RgbImage image, int columns, int quality) => new(
        $"data:image/jpeg;base64,{Convert.ToBase64String(ImageEncoder.Encode(image, ImageFormat.Jpeg, quality))}", image.Width, image.Height, columns);
}
