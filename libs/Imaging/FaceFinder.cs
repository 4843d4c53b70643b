using OpenCvSharp;

namespace FaceMix.Imaging;

/// <param name="X">Left edge in pixels.</param>
/// <param name="Y">Upper edge.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public readonly record struct FaceBox(int X, int Y, int Width, int Height)
{
    public double CentreX => X + (Width / 2.0);

    public double CentreY => Y + (Height / 2.0);
}

/// <summary>
/// Finds faces, or whatever else its cascade was trained on, with OpenCV's cascades (Viola and Jones, 2001; Lienhart and Maydt, 2002).
/// For one thread at a time.
/// </summary>
public sealed class FaceFinder : IDisposable
{
    private const double ScaleStep = 1.1;
    private const int MostBoxes = 64;

    private readonly CascadeClassifier _cascade = new();

    /// <param name="cascade">An XML file of OpenCV's.</param>
    /// <exception cref="ImageException">The file is not there, or is no cascade.</exception>
    public FaceFinder(string cascade)
    {
        if (!File.Exists(cascade))
            throw new ImageException($"{cascade}: there is no such cascade.");
        try
        {
            if (_cascade.Load(Path.GetFullPath(cascade)))
                return;
        }
        catch (Exception failure) when (OpenCv.Failed(failure))
        {
            _cascade.Dispose();
            throw new ImageException($"{cascade}: the file is no cascade ({OpenCv.Reason(failure)}).", failure);
        }
        _cascade.Dispose();
        throw ImageException.About(cascade, "the file is no cascade");
    }

    /// <summary>Everything found, largest first, at most 64.</summary>
    /// <param name="image">The picture, or a part of it by <paramref name="within"/>.</param>
    /// <param name="smallest">Least width in pixels.</param>
    /// <param name="neighbours">How many windows must agree; more are stricter.</param>
    /// <param name="within">Looks only here; null: everywhere. Boxes are in the whole picture's pixels.</param>
    /// <exception cref="ImageException">OpenCV could not look at it.</exception>
    public IReadOnlyList<FaceBox> Find(RgbImage image, int smallest, int neighbours, FaceBox? within = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ObjectDisposedException.ThrowIf(_cascade.IsDisposed, this);
        var part = within ?? new FaceBox(0, 0, image.Width, image.Height);
        if (part.X < 0 || part.Y < 0 || part.Width < 1 || part.Height < 1 || part.X + part.Width > image.Width || part.Y + part.Height > image.Height)
            throw new ArgumentOutOfRangeException(nameof(within), part, "The part lies outside the picture.");
        try
        {
            using var whole = OpenCv.View(image);
            using var seen = new Mat(whole, new Rect(part.X, part.Y, part.Width, part.Height));
            using var grey = new Mat();
            Cv2.CvtColor(seen, grey, ColorConversionCodes.RGB2GRAY);
            Cv2.EqualizeHist(grey, grey);
            var found = _cascade.DetectMultiScale(grey, ScaleStep, neighbours, 0, new Size(smallest, smallest));
            return [.. found.Take(MostBoxes)
                .Select(box => new FaceBox(part.X + box.X, part.Y + box.Y, box.Width, box.Height))
                .OrderByDescending(box => (long)box.Width * box.Height)];
        }
        catch (Exception failure) when (OpenCv.Failed(failure))
        {
            throw new ImageException($"Faces cannot be looked for: {OpenCv.Reason(failure)}.", failure);
        }
    }

    /// <summary>A square around a centre, turned level and resized; beyond the picture's edge it is mirrored.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="centreX">In pixels.</param>
    /// <param name="centreY">In pixels.</param>
    /// <param name="side">Of the square in the picture's pixels, at least 1.</param>
    /// <param name="degrees">Slope to be turned level, clockwise.</param>
    /// <param name="size">Width and height of the result.</param>
    /// <exception cref="ImageException">OpenCV could not cut it.</exception>
    public static RgbImage Cut(RgbImage image, double centreX, double centreY, double side, double degrees, int size)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, 65_500);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var whole = Math.Max(1, (int)Math.Round(side, MidpointRounding.ToEven));
        var cut = new RgbImage(size, size, new byte[checked(size * size * 3)]);
        try
        {
            using var source = OpenCv.View(image);
            using var target = OpenCv.View(cut);
            using var turn = Cv2.GetRotationMatrix2D(new Point2f((float)centreX, (float)centreY), degrees, 1);
            turn.At<double>(0, 2) += (whole / 2.0) - centreX;
            turn.At<double>(1, 2) += (whole / 2.0) - centreY;
            using var square = new Mat();
            Cv2.WarpAffine(source, square, turn, new Size(whole, whole), InterpolationFlags.Linear, BorderTypes.Reflect101);
            OpenCv.Resize(square, target);
            return cut;
        }
        catch (Exception failure) when (OpenCv.Failed(failure))
        {
            throw new ImageException($"A face cannot be cut out: {OpenCv.Reason(failure)}.", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cascade.Dispose();
}
