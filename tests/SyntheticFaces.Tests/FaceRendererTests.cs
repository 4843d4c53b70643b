using System.Security.Cryptography;
using FaceMix.Imaging;
using FaceMix.Latents;
using FaceMix.SyntheticFaces;
using Xunit;

namespace FaceMix.Tests.SyntheticFaces;

public sealed class FaceRendererTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    public void The_same_seed_draws_the_same_bytes(int size)
    {
        for (var index = 0; index < 20; index++)
            Assert.Equal(Draw(3, index, size), Draw(3, index, size));
        Assert.NotEqual(Draw(3, 0, size), Draw(4, 0, size));
        Assert.NotEqual(Draw(3, 0, size), Draw(3, 1, size));
    }

    [Fact]
    public void These_bytes_are_the_same_on_every_machine()
    {
        // A change of the renderer changes this, and must raise FaceRenderer.Version with it.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var index = 0; index < 100; index++)
            hash.AppendData(Draw(1, index, 64));

        Assert.Equal("203758c31b13233fe6e125499b760bc8f2eb7d3178a2082a5dbb32cf96858a4c", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void A_face_is_the_same_face_at_every_size()
    {
        for (var index = 0; index < 6; index++)
        {
            var small = Draw(5, index, 64);
            var shrunk = new RgbImage(256, 256, Draw(5, index, 256)).Resize(64, 64).Pixels;

            Assert.InRange(small.Zip(shrunk, (a, b) => (double)Math.Abs(a - b)).Average(), 0, 2.0);
        }
    }

    [Fact]
    public void Each_attribute_is_seen_on_an_eighth_of_the_faces_and_missing_from_an_eighth()
    {
        const int faces = 20_000;
        var counts = new int[SyntheticAttributes.Names.Count];
        for (var index = 0; index < faces; index++)
        {
            var mask = SyntheticFace.FromSeed(2, index).Attributes;
            for (var bit = 0; bit < counts.Length; bit++)
                counts[bit] += mask.Has(bit) ? 1 : 0;
        }

        Assert.True(counts.Length >= 20);
        for (var bit = 0; bit < counts.Length; bit++)
            Assert.True(counts[bit] is > faces / 8 and < faces * 7 / 8, $"{SyntheticAttributes.Names[bit]}: {counts[bit]} of {faces}");
    }

    [Fact]
    public void Attributes_do_not_contradict_each_other()
    {
        string[] hairColours = ["Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Red_Hair"];
        for (var index = 0; index < 5_000; index++)
        {
            var has = NamesOf(SyntheticFace.FromSeed(9, index).Attributes);

            Assert.True(hairColours.Count(has.Contains) <= 1);
            Assert.False(has.Contains("Gaze_Left") && has.Contains("Gaze_Right"));
            Assert.False(has.Contains("Bald") && (hairColours.Any(has.Contains) || has.Contains("Bangs") || has.Contains("Wearing_Hat") || has.Contains("Long_Hair")));
            Assert.False(has.Contains("Bangs") && has.Contains("Wearing_Hat"));
            Assert.False(has.Contains("Goatee") && has.Contains("No_Beard"));
            Assert.True(!has.Contains("Long_Hair") || hairColours.Any(has.Contains));
        }
    }

    [Theory]
    [InlineData("Eyeglasses", 200)]
    [InlineData("Smiling", 100)]
    [InlineData("Mouth_Slightly_Open", 100)]
    [InlineData("Wearing_Hat", 500)]
    [InlineData("Rosy_Cheeks", 60)]
    public void What_is_said_is_drawn(string attribute, int leastError)
    {
        // Faces with it and faces without differ, on average over many, where the feature is.
        var bit = SyntheticAttributes.Names.ToList().IndexOf(attribute);
        var sums = new double[2][];
        sums[0] = new double[64 * 64 * 3];
        sums[1] = new double[64 * 64 * 3];
        var counts = new int[2];
        for (var index = 0; index < 400; index++)
        {
            var has = SyntheticFace.FromSeed(6, index).Attributes.Has(bit) ? 1 : 0;
            var picture = Draw(6, index, 64);
            counts[has]++;
            for (var i = 0; i < picture.Length; i++)
                sums[has][i] += picture[i];
        }

        var most = sums[0].Zip(sums[1], (without, with) => Math.Abs(without / counts[0] - with / counts[1])).Max();
        Assert.True(most * most > leastError, $"{attribute}: {most:F1} levels");
    }

    [Fact]
    public void Drawing_allocates_nothing()
    {
        var picture = new byte[64 * 64 * 3];
        FaceRenderer.Render(SyntheticFace.FromSeed(1, 0), 64, picture);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var index = 0; index < 50; index++)
            FaceRenderer.Render(SyntheticFace.FromSeed(1, index), 64, picture);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_size_or_buffer_that_does_not_fit_is_refused()
    {
        var face = SyntheticFace.FromSeed(1, 0);

        Assert.Throws<ArgumentOutOfRangeException>(() => FaceRenderer.Render(face, 31, new byte[31 * 31 * 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => FaceRenderer.Render(face, 513, new byte[513 * 513 * 3]));
        Assert.Throws<ArgumentException>(() => FaceRenderer.Render(face, 64, new byte[64 * 64]));
    }

    private static byte[] Draw(ulong seed, long index, int size)
    {
        var picture = new byte[size * size * 3];
        FaceRenderer.Render(SyntheticFace.FromSeed(seed, index), size, picture);
        return picture;
    }

    private static HashSet<string> NamesOf(AttributeMask mask) =>
        [.. SyntheticAttributes.Names.Where((_, bit) => mask.Has(bit))];
}
