using System.Security.Cryptography;
using FaceMix.Imaging;
using Xunit;

namespace FaceMix.Tests.Imaging;

/// <summary>
/// What OpenCV makes of known files, held byte for byte: packs in caches, kept models' held-out pictures and golden replies depend on it.
/// <c>Fixtures/digests.txt</c> was recorded with Debian 12's OpenCV 4.6 (libjpeg-turbo 2.1.5, libpng 1.6.39), before this library took over.
/// </summary>
public sealed class KnownPixelsTests
{
    private static readonly string s_fixtures = Repository.PathOf("tests", "Imaging.Tests", "Fixtures");

    public static TheoryData<string, string[]> Recorded
    {
        get
        {
            var data = new TheoryData<string, string[]>();
            foreach (var line in File.ReadLines(Path.Combine(s_fixtures, "digests.txt")).Where(line => !line.StartsWith('#')))
            {
                var cells = line.Split(' ');
                data.Add(cells[0], cells[1..]);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_known_file_gives_the_bytes_that_it_always_gave(string name, string[] digests)
    {
        var picture = ImageDecoder.DecodeFile(Path.Combine(s_fixtures, name));
        var square = new byte[24 * 24 * 3];
        picture.SquareInto(24, square);
        byte[][] results =
        [
            picture.Pixels,
            square,
            picture.Resize(70, 20).Pixels,
            FaceFinder.Cut(picture, 12.3, 9.5, 20.6, -12.5, 32).Pixels,
            ImageEncoder.Encode(picture, ImageFormat.Jpeg),
            ImageEncoder.Encode(picture, ImageFormat.Png),
        ];

        Assert.Equal(digests, results.Select(result => Convert.ToHexStringLower(SHA256.HashData(result))[..32]));
    }

    [Fact]
    public void Every_fixture_is_in_the_table() => Assert.Equal(
        Directory.GetFiles(s_fixtures).Select(Path.GetFileName).Where(name => name != "digests.txt").Order(),
        File.ReadLines(Path.Combine(s_fixtures, "digests.txt")).Where(line => !line.StartsWith('#')).Select(line => line.Split(' ')[0]).Order());

    [NeedsCascades]
    public void The_faces_of_a_known_picture_are_found_where_they_always_were()
    {
        var picture = ImageDecoder.DecodeFile(Path.Combine(s_fixtures, "faces.jpg"));
        using var finder = new FaceFinder(NeedsCascadesAttribute.PathOf("haarcascade_frontalface_alt2.xml"));

        FaceBox[] expected = [new(268, 10, 51, 51), new(208, 10, 47, 47), new(74, 11, 46, 46), new(139, 12, 45, 45), new(9, 12, 44, 44)];
        Assert.Equal(expected, finder.Find(picture, 24, 3));
        Assert.Equal([new FaceBox(271, 16, 43, 43)], finder.Find(picture, 20, 2, expected[0]));
    }
}

/// <summary>A fact that finds faces with OpenCV's cascades.</summary>
public sealed class NeedsCascadesAttribute() : NeedsAttribute(File.Exists(PathOf("haarcascade_frontalface_alt2.xml")) ? null : "OpenCV's cascades are missing: apt-get install opencv-data.")
{
    public static string PathOf(string name) => Path.Combine("/usr/share/opencv4/haarcascades", name);
}
