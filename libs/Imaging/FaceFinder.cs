using System.Runtime.InteropServices;
using System.Text;

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
public sealed unsafe partial class FaceFinder : IDisposable
{
    private const string Library = "facemix_faces";
    private const int ErrorBytes = 512;
    private const int MostBoxes = 64;

    private void* _cascade;

    /// <param name="cascade">An XML file of OpenCV's.</param>
    /// <exception cref="ImageException">The file is not there, or is no cascade.</exception>
    public FaceFinder(string cascade)
    {
        if (!File.Exists(cascade))
            throw new ImageException($"{cascade}: there is no such cascade.");
        var error = stackalloc byte[ErrorBytes];
        var path = Encoding.UTF8.GetBytes(Path.GetFullPath(cascade) + "\0");
        fixed (byte* name = path)
        fixed (void** made = &_cascade)
        {
            if (fmf_open(name, made, error, ErrorBytes) != 0)
                throw new ImageException($"{cascade}: {Message(error)}.");
        }
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
        ObjectDisposedException.ThrowIf(_cascade is null, this);
        var part = within ?? new FaceBox(0, 0, image.Width, image.Height);
        if (part.X < 0 || part.Y < 0 || part.Width < 1 || part.Height < 1 || part.X + part.Width > image.Width || part.Y + part.Height > image.Height)
            throw new ArgumentOutOfRangeException(nameof(within), part, "The part lies outside the picture.");
        var error = stackalloc byte[ErrorBytes];
        Span<int> boxes = stackalloc int[4 * MostBoxes];
        int found;
        fixed (byte* rgb = image.Pixels)
        fixed (int* to = boxes)
        {
            var first = rgb + ((((long)part.Y * image.Width) + part.X) * 3);
            if (fmf_find(_cascade, first, part.Width, part.Height, image.Width * 3L, smallest, neighbours, to, MostBoxes, &found, error, ErrorBytes) != 0)
                throw new ImageException($"Faces cannot be looked for: {Message(error)}.");
        }
        var list = new List<FaceBox>();
        for (var i = 0; i < Math.Min(found, MostBoxes); i++)
            list.Add(new FaceBox(part.X + boxes[4 * i], part.Y + boxes[(4 * i) + 1], boxes[(4 * i) + 2], boxes[(4 * i) + 3]));
        return [.. list.OrderByDescending(box => (long)box.Width * box.Height)];
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
        var error = stackalloc byte[ErrorBytes];
        var pixels = new byte[checked(size * size * 3)];
        fixed (byte* rgb = image.Pixels)
        fixed (byte* to = pixels)
        {
            if (fmf_cut(rgb, image.Width, image.Height, image.Width * 3L, centreX, centreY, side, degrees, to, size, error, ErrorBytes) != 0)
                throw new ImageException($"A face cannot be cut out: {Message(error)}.");
        }
        return new RgbImage(size, size, pixels);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        fmf_close(_cascade);
        _cascade = null;
    }

    private static string Message(byte* error) =>
        Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error)).ReplaceLineEndings(" ").TrimEnd('.', ' ');

#pragma warning disable IDE1006, SYSLIB1054 // The names are those of the C functions.
    [LibraryImport(Library)]
    private static partial int fmf_open(byte* path, void** cascade, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    private static partial void fmf_close(void* cascade);

    [LibraryImport(Library)]
    private static partial int fmf_find(
        void* cascade, byte* rgb, int width, int height, long stride, int smallest, int neighbours, int* boxes, int capacity, int* found, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    private static partial int fmf_cut(
        byte* rgb, int width, int height, long stride, double centreX, double centreY, double side, double degrees, byte* to, int size, byte* error, nuint errorSize);
#pragma warning restore IDE1006, SYSLIB1054
}
