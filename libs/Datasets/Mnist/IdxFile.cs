using System.Buffers.Binary;
using System.IO.Compression;

namespace FaceMix.Datasets.Mnist;

/// <summary>Reads the idx files of MNIST and its kin (LeCun, Cortes and Burges): bytes behind a header of big-endian sizes, plain or gzipped.</summary>
/// <param name="Sizes">Outermost first.</param>
/// <param name="Values">As many bytes as the sizes make.</param>
public sealed record IdxFile(IReadOnlyList<int> Sizes, byte[] Values)
{
    private const byte UnsignedBytes = 8;
    private const int MaxDimensions = 4;
    private const long MaxBytes = 1L << 31;

    /// <exception cref="DataException">The file is no idx file of bytes, is cut short, or is larger than 2 GiB.</exception>
    public static IdxFile Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            var header = new byte[4];
            stream.ReadExactly(header);
            if (header[0] != 0 || header[1] != 0 || header[2] != UnsignedBytes || header[3] is < 1 or > MaxDimensions)
                throw new DataException($"{path} is no idx file of bytes: it begins with {Convert.ToHexStringLower(header)}.");
            var sizes = new int[header[3]];
            long bytes = 1;
            for (var i = 0; i < sizes.Length; i++)
            {
                stream.ReadExactly(header);
                sizes[i] = BinaryPrimitives.ReadInt32BigEndian(header);
                if (sizes[i] < 1 || (bytes *= sizes[i]) >= MaxBytes)
                    throw new DataException($"{path} says that it holds {string.Join(" × ", sizes[..(i + 1)])} bytes; at most 2 GiB are read.");
            }
            var values = new byte[bytes];
            stream.ReadExactly(values);
            return new IdxFile(sizes, values);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new DataException($"{path} is cut short or damaged: {e.Message}", e);
        }
    }
}
