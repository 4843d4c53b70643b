using FaceMix.Common.V1;
using FaceMix.Imaging;

namespace FaceMix.Decoder.Pictures;

/// <summary>How pictures are encoded.</summary>
/// <param name="Format">Not unspecified.</param>
/// <param name="JpegQuality">1 to 100.</param>
public readonly record struct PictureEncoding(PictureFormat Format, int JpegQuality)
{
    /// <param name="rgb">width × height × 3 bytes.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    public byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height) => Format switch
    {
        PictureFormat.Raw => rgb.ToArray(),
        PictureFormat.Jpeg => ImageEncoder.Encode(rgb, width, height, ImageFormat.Jpeg, JpegQuality),
        _ => ImageEncoder.Encode(rgb, width, height, ImageFormat.Png),
    };
}
