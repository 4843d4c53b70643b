using System.Runtime.InteropServices;
using System.Text;

namespace FaceMix.Imaging;

/// <summary>The C functions of <c>native/imaging</c>. Spans are pinned for the call; sizes are checked by the callers.</summary>
internal static unsafe partial class NativeImaging
{
    private const string Library = "facemix_imaging";
    private const int ErrorBytes = 512;

    static NativeImaging() => fmi_initialise();

    /// <summary>Decodes into <paramref name="rgb"/>, whose length is the picture's; gives the upright width and height.</summary>
    public static (int Width, int Height) Decode(string name, ReadOnlySpan<byte> file, Span<byte> rgb)
    {
        var error = stackalloc byte[ErrorBytes];
        int width, height;
        fixed (byte* from = file)
        fixed (byte* to = rgb)
        {
            if (fmi_decode(from, file.Length, to, rgb.Length / 3, &width, &height, error, ErrorBytes) != 0)
                throw ImageException.About(name, Message(error));
        }

        return (width, height);
    }

    public static void Resize(ReadOnlySpan<byte> from, int fromWidth, int fromHeight, int fromStride, Span<byte> to, int toWidth, int toHeight)
    {
        if ((long)(fromHeight - 1) * fromStride + fromWidth * 3 > from.Length || (long)toWidth * toHeight * 3 > to.Length)
            throw new ArgumentException("A picture is larger than its buffer.");
        var error = stackalloc byte[ErrorBytes];
        fixed (byte* source = from)
        fixed (byte* target = to)
        {
            if (fmi_resize(source, fromWidth, fromHeight, fromStride, target, toWidth, toHeight, error, ErrorBytes) != 0)
                throw new ImageException($"A picture of {fromWidth} × {fromHeight} cannot be resized to {toWidth} × {toHeight}: {Message(error)}.");
        }
    }

    public delegate void Sink<TState>(ReadOnlySpan<byte> file, TState state);

    public static void Encode<TState>(ReadOnlySpan<byte> rgb, int width, int height, ImageFormat format, int quality, TState state, Sink<TState> sink)
    {
        var error = stackalloc byte[ErrorBytes];
        byte* file;
        long length;
        fixed (byte* from = rgb)
        {
            if (fmi_encode(from, width, height, width * 3L, (int)format, quality, &file, &length, error, ErrorBytes) != 0)
                throw new ImageException($"A picture of {width} × {height} cannot be encoded: {Message(error)}.");
        }

        try
        {
            sink(new ReadOnlySpan<byte>(file, checked((int)length)), state);
        }
        finally
        {
            fmi_free(file);
        }
    }

    private static string Message(byte* error) =>
        Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error)).ReplaceLineEndings(" ").TrimEnd('.', ' ');

#pragma warning disable IDE1006, SYSLIB1054 // The names are those of the C functions.
    [LibraryImport(Library)]
    private static partial void fmi_initialise();

    [LibraryImport(Library)]
    private static partial int fmi_decode(byte* bytes, long length, byte* rgb, long pixels, int* width, int* height, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    private static partial int fmi_resize(byte* from, int fromWidth, int fromHeight, long fromStride, byte* to, int toWidth, int toHeight, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    private static partial int fmi_encode(byte* rgb, int width, int height, long stride, int format, int quality, byte** bytes, long* length, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    private static partial void fmi_free(byte* bytes);
#pragma warning restore IDE1006, SYSLIB1054
}
