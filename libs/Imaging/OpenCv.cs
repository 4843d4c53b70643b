using OpenCvSharp;

namespace FaceMix.Imaging;

/// <summary>What the calls of OpenCV share: its settings, its view of our pixels, its failures.</summary>
internal static class OpenCv
{
    // What goes wrong becomes an exception, so OpenCV logs nothing; callers bring as many threads as they want, so it starts none.
    static OpenCv()
    {
        Cv2.SetLogLevel(LogLevel.SILENT);
        Cv2.SetNumThreads(1);
    }

    /// <summary>The picture's own pixels, pinned until the view is disposed.</summary>
    public static Mat View(RgbImage image) => Mat.FromPixelData(image.Height, image.Width, MatType.CV_8UC3, image.Pixels);

    /// <param name="rgb">width × height × 3 bytes, which the caller has pinned.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    public static unsafe Mat View(byte* rgb, int width, int height) => Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)rgb);

    /// <returns>BGR, upright (EXIF orientation applied); empty where the data cannot be decoded.</returns>
    public static Mat Decode(ReadOnlySpan<byte> file) => Cv2.ImDecode(file, ImreadModes.Color);

    /// <summary>Fills <paramref name="to"/>. Averaging areas neither aliases nor rings when a picture shrinks; bilinear when it grows.</summary>
    public static void Resize(Mat from, Mat to)
    {
        var shrinks = to.Width <= from.Width && to.Height <= from.Height;
        Cv2.Resize(from, to, to.Size(), 0, 0, shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
    }

    public static bool Failed(Exception exception) => exception is OpenCVException or OpenCvSharpException;

    /// <summary>The failure in one line without its full stop.</summary>
    public static string Reason(Exception failure) => failure.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
