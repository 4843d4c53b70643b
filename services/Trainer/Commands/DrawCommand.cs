using System.CommandLine;
using CsvHelper;
using FaceMix.Datasets;
using FaceMix.Imaging;
using FaceMix.SyntheticFaces;

namespace FaceMix.Trainer.Commands;

/// <summary><c>draw</c>: drawn faces to look at, or as a labelled data set.</summary>
internal static class DrawCommand
{
    private const int MaxOnSheet = 1000;
    private const int Columns = 12;

    private static readonly Option<int> s_count = new("--count") { Description = "How many faces", HelpName = "N", DefaultValueFactory = _ => 96 };
    private static readonly Option<int> s_size = new("--size") { Description = "Width and height in pixels, 32 to 512", HelpName = "N", DefaultValueFactory = _ => 64 };
    private static readonly Option<ulong> s_seed = CommonOptions.Seed("Decides the faces");
    private static readonly Option<string> s_out = new("--out")
    {
        Description = "A .png file takes one sheet; a folder takes a file for each face and labels.csv",
        HelpName = "PATH",
        DefaultValueFactory = _ => "faces.png",
    };

    public static Command Create()
    {
        var command = new Command("draw", "Draws faces with known features: a sheet, or a folder of pictures with labels") { s_count, s_size, s_seed, s_out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (count, size, path) = (parsed.GetValue(s_count), parsed.GetValue(s_size), parsed.GetValue(s_out)!);
        if (count is < 1 or > 10_000_000)
            throw new UsageException($"--count is {count}; it must be 1 to 10000000.");
        if (size is < FaceRenderer.MinimumSize or > FaceRenderer.MaximumSize)
            throw new UsageException($"--size is {size}; it must be {FaceRenderer.MinimumSize} to {FaceRenderer.MaximumSize}.");
        using var source = new SyntheticSource(parsed.GetValue(s_seed), count, size);
        if (path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            DrawSheet(source, path);
        else
            DrawFolder(source, path);
        Console.Error.WriteLine($"{count:N0} faces drawn to {path}.");
        return 0;
    }

    private static void DrawSheet(SyntheticSource source, string path)
    {
        if (source.Count > MaxOnSheet)
            throw new UsageException($"A sheet takes at most {MaxOnSheet} faces; name a folder for {source.Count}.");
        var bytes = source.Size * source.Size * 3;
        var pictures = source.ReadSpread(source.Count);
        var parts = Enumerable.Range(0, source.Count).Select(i => (ReadOnlyMemory<byte>)pictures.AsMemory(i * bytes, bytes)).ToList();
        File.WriteAllBytes(path, ImageEncoder.Encode(ContactSheet.Lay(parts, source.Size, source.Size, Columns), ImageFormat.Png));
    }

    private static void DrawFolder(SyntheticSource source, string folder)
    {
        Directory.CreateDirectory(folder);
        using var labels = CsvWriter.ToFile(Path.Combine(folder, "labels.csv"), new CsvWriterOptions { NewLine = "\n" });
        labels.WriteHeader(["file", .. source.AttributeNames]);
        var rgb = new byte[source.Size * source.Size * 3];
        for (var i = 0; i < source.Count; i++)
        {
            source.Read(i, rgb);
            var name = $"{i:D6}.png";
            File.WriteAllBytes(Path.Combine(folder, name), ImageEncoder.Encode(rgb, source.Size, source.Size, ImageFormat.Png));
            var mask = source.Attributes(i);
            labels.WriteField(name);
            for (var bit = 0; bit < source.AttributeNames.Count; bit++)
                labels.WriteField(mask.Has(bit) ? 1 : 0);
            labels.EndRecord();
        }
    }
}
