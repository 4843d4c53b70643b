using System.Buffers.Binary;

namespace FaceMix.Imaging;

/// <summary>The kinds of file that are read and written.</summary>
public enum ImageFormat { Png, Jpeg }

/// <summary>
/// What a file says of itself, read without decoding it. Width and height are as stored: a JPEG's orientation may swap them later.
/// The file's structure is followed to its end, so that one that was cut off is told here and not drawn half gray.
/// </summary>
/// <remarks>PNG: RFC 2083 (chunks). JPEG: ITU-T T.81, annex B (markers).</remarks>
public readonly record struct ImageHeader(ImageFormat Format, int Width, int Height)
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads the header of a whole file.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="ImageException">Neither JPEG nor PNG, broken, or cut off.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file, string name)
    {
        if (file.IsEmpty)
            throw ImageException.About(name, "the file is empty");
        if (file.StartsWith(PngSignature))
            return ReadPng(file, name);
        if (file.Length > 2 && file[0] == 0xFF && file[1] == 0xD8)
            return ReadJpeg(file, name);
        throw ImageException.About(name, LooksLikeText(file) ? "a text file, not a picture" : "neither a JPEG nor a PNG file");
    }

    private static ImageHeader ReadPng(ReadOnlySpan<byte> file, string name)
    {
        var at = PngSignature.Length;
        if (file.Length < at + 25 || !file.Slice(at + 4, 4).SequenceEqual("IHDR"u8))
            throw ImageException.About(name, "a PNG file without a header");
        var width = BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8)..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(file[(at + 12)..]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw ImageException.About(name, $"a PNG file of {width} × {height} pixels");
        var header = new ImageHeader(ImageFormat.Png, (int)width, (int)height);

        while (true)
        {
            // Length, type, data, checksum.
            if (at + 12 > file.Length)
                throw ImageException.About(name, "a PNG file that was cut off");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
                throw ImageException.About(name, "a PNG file that was cut off");
            if (file.Slice(at + 4, 4).SequenceEqual("IEND"u8))
                return header;
            at += 12 + (int)length;
        }
    }

    private static ImageHeader ReadJpeg(ReadOnlySpan<byte> file, string name)
    {
        ImageHeader? header = null;
        var scanned = false;
        var at = 2;
        while (true)
        {
            // Between segments, and inside a scan, look for the next FF that starts a marker.
            var skip = file[at..].IndexOf((byte)0xFF);
            if (skip < 0 || at + skip + 1 >= file.Length)
                throw ImageException.About(name, "a JPEG file that was cut off");
            at += skip + 1;
            var marker = file[at];
            if (marker is 0x00 or 0xFF or 0x01 or (>= 0xD0 and <= 0xD7))
            {
                at += marker == 0xFF ? 0 : 1;
                continue;
            }

            at++;
            if (marker == 0xD9)
                return header is not null && scanned ? header.Value : throw ImageException.About(name, "a JPEG file without a picture");
            if (at + 2 > file.Length)
                throw ImageException.About(name, "a JPEG file that was cut off");
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (length < 2)
                throw ImageException.About(name, "a JPEG file with a broken segment");
            if (at + length > file.Length)
                throw ImageException.About(name, "a JPEG file that was cut off");
            if (IsFrame(marker))
            {
                if (header is not null)
                    throw ImageException.About(name, "a JPEG file with two frames");
                header = ReadFrame(file.Slice(at, length), name);
            }

            scanned |= marker == 0xDA;
            at += length;
        }
    }

    private static ImageHeader ReadFrame(ReadOnlySpan<byte> segment, string name)
    {
        if (segment.Length < 8)
            throw ImageException.About(name, "a JPEG file with a broken frame");
        var height = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        var width = BinaryPrimitives.ReadUInt16BigEndian(segment[5..]);
        return width == 0 || height == 0
            ? throw ImageException.About(name, $"a JPEG file of {width} × {height} pixels")
            : new ImageHeader(ImageFormat.Jpeg, width, height);
    }

    // SOF0..SOF15, without the tables (DHT, JPG, DAC) that share the range.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool LooksLikeText(ReadOnlySpan<byte> file)
    {
        var head = file[..Math.Min(file.Length, 256)];
        return head.IndexOfAnyInRange((byte)0x00, (byte)0x08) < 0 && head.IndexOfAnyInRange((byte)0x0E, (byte)0x1F) < 0 && head[0] < 0x80;
    }
}
