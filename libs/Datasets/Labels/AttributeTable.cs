using FaceMix.Latents;

namespace FaceMix.Datasets.Labels;

/// <summary>What is known of one face.</summary>
/// <param name="Has">The attributes it has.</param>
/// <param name="Known">The attributes of which it is known whether it has them; all of <paramref name="Has"/> and more.</param>
internal readonly record struct FaceLabels(AttributeMask Has, AttributeMask Known);

/// <summary>What a labels file says: at most 64 attribute names, and the labels of each picture it names.</summary>
/// <param name="Names">Bit i of a mask is name i.</param>
/// <param name="Rows">By the picture's path as the file has it, with forward slashes.</param>
/// <param name="Notes">What was repaired or left out, in sentences.</param>
internal sealed record AttributeTable(IReadOnlyList<string> Names, IReadOnlyDictionary<string, FaceLabels> Rows, IReadOnlyList<string> Notes)
{
    /// <summary>A face's attributes are one 64-bit mask.</summary>
    public const int MaxAttributes = 64;

    /// <summary>No labels at all.</summary>
    public static AttributeTable None { get; } = new([], new Dictionary<string, FaceLabels>(), []);

    // Larger than CelebA's list (25 MB), and small enough to be read at once.
    private const long MaxBytes = 256L << 20;

    /// <summary>Reads a CSV with a header, or a list in CelebA's format: the file itself tells which.</summary>
    /// <exception cref="DataException">The file cannot be read, or is neither.</exception>
    public static AttributeTable Read(string path)
    {
        var text = ReadText(path);
        return CelebAList.Looks(text) ? CelebAList.Read(path, text) : CsvLabels.Read(path, text);
    }

    /// <summary>The whole of a text file, after a look at whether it is one.</summary>
    public static string ReadText(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxBytes)
                throw new DataException($"{path} has {length >> 20} MB; a labels file may have at most {MaxBytes >> 20}.");
            var text = File.ReadAllText(path);
            var start = text.AsSpan().TrimStart();
            if (start.IsEmpty)
                throw new DataException($"{path} is empty.");
            if (start[0] == '<')
                throw new DataException($"{path} is an HTML page, not a labels file: its download seems to have failed.");
            if (text.Contains('\0', StringComparison.Ordinal))
                throw new DataException($"{path} is not a text file.");
            return text;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>One way to write a path, so that a label finds its picture.</summary>
    public static string Normalise(string path)
    {
        path = path.Trim().Replace('\\', '/');
        return path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
    }
}
