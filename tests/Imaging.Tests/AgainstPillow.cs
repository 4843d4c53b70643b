using System.Diagnostics;
using FaceMix.Imaging;
using Xunit;

namespace FaceMix.Tests.Imaging;

/// <summary>Files of another library come out as that library sees them: PNGs with palettes and alpha, JPEGs that lie on their side.</summary>
public sealed class AgainstPillow
{
    [NeedsPillow]
    public void Our_pixels_are_pillows_pixels()
    {
        using var folder = new TemporaryFolder();
        Run(Repository.PathOf("tests", "Imaging.Tests", "pillow_pictures.py"), folder.Path);

        var files = Directory.GetFiles(folder.Path, "*.rgb");
        Assert.Equal(9, files.Length);
        foreach (var expected in files)
        {
            var picture = ImageDecoder.DecodeFile(expected[..^".rgb".Length]);
            var raw = File.ReadAllBytes(expected);
            Assert.True(raw.Length == picture.Pixels.Length, expected);
            // A lossless file is the same; two JPEG decoders may round differently.
            var most = raw.Zip(picture.Pixels, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(most <= (expected.Contains(".png", StringComparison.Ordinal) ? 0 : 4), $"{Path.GetFileName(expected)} differs by {most}");
        }
    }

    private static void Run(string script, string folder)
    {
        using var python = Process.Start(new ProcessStartInfo(NeedsPillowAttribute.Python, [script, folder]) { RedirectStandardError = true })!;
        var errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors);
    }
}

/// <summary>A fact that compares with Debian's python3-pil.</summary>
public sealed class NeedsPillowAttribute() : NeedsAttribute(Missing)
{
    /// <summary>The distribution's own Python, whatever else is on the path.</summary>
    public const string Python = "/usr/bin/python3";

    private static string? Missing { get; } = Directory.Exists("/usr/lib/python3/dist-packages/PIL")
        ? null
        : "Pillow is not installed; apt-get install python3-pil.";
}
