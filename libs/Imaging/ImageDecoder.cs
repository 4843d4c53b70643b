using OpenCvSharp;

namespace FaceMix.Imaging;

/// <summary>JPEG and PNG files to pixels, upright and in RGB whatever they were stored as.</summary>
public static class ImageDecoder
{
    /// <summary>Decodes a file that is in memory already.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <param name="limits">Null is <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="ImageException">Broken, cut off, neither JPEG nor PNG, or beyond the limits.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name, ImageLimits? limits = null)
    {
        limits ??= ImageLimits.Default;
        if (file.Length > limits.MaxBytes)
            throw ImageException.About(name, $"{file.Length} bytes; a picture may have at most {limits.MaxBytes}");
        var header = ImageHeader.Read(file, name);
        limits.Check(name, header.Width, header.Height);
        try
        {
            using var bgr = OpenCv.Decode(file);
            if (bgr.Empty())
                throw ImageException.About(name, "the picture's data cannot be decoded");
            if ((long)bgr.Width * bgr.Height != (long)header.Width * header.Height)
                throw ImageException.About(name, "the picture is not of the size its header says");
            var image = new RgbImage(bgr.Width, bgr.Height, new byte[checked(bgr.Width * bgr.Height * 3)]);
            using var rgb = OpenCv.View(image);
            Cv2.CvtColor(bgr, rgb, ColorConversionCodes.BGR2RGB);
            return image;
        }
        catch (Exception failure) when (OpenCv.Failed(failure))
        {
            throw new ImageException($"{name}: {OpenCv.Reason(failure)}.", failure);
        }
    }

    /// <summary>Reads and decodes a file of the disk.</summary>
    /// <exception cref="ImageException">As <see cref="Decode"/>, or the file cannot be read.</exception>
    public static RgbImage DecodeFile(string path, ImageLimits? limits = null)
    {
        limits ??= ImageLimits.Default;
        byte[] file;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > limits.MaxBytes)
                throw ImageException.About(path, $"{length} bytes; a picture may have at most {limits.MaxBytes}");
            file = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImageException($"{path}: cannot be read. {failure.Message}", failure);
        }

        return Decode(file, path, limits);
    }
}
