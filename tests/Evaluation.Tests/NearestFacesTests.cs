using FaceMix.Datasets;
using FaceMix.Evaluation;
using Xunit;

namespace FaceMix.Tests.Evaluation;

public sealed class NearestFacesTests
{
    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void The_nearest_face_of_a_face_is_itself_mirrored_or_not(int size)
    {
        using var source = new SyntheticSource(1, 700, size);
        var faces = source.ReadSpread(700)[^(3 * size * size * 3)..];
        byte[] mirrored = [.. faces.Chunk(size * 3).SelectMany(row => row.Chunk(3).Reverse().SelectMany(pixel => pixel))];

        foreach (var shown in new[] { faces, mirrored })
        {
            var nearest = NearestFaces.Of(shown, source);

            Assert.Equal([697, 698, 699], nearest.Select(one => one.Index));
            Assert.All(nearest, one => Assert.InRange(one.Distance, 0, 1e-3));
        }
    }

    [Fact]
    public void A_face_that_is_brighter_by_a_tenth_is_a_tenth_away()
    {
        using var source = new SyntheticSource(1, 5, 64);
        var faces = source.ReadSpread(5);
        var brighter = Array.ConvertAll(faces, value => (byte)Math.Min(255, value + 25.5));
        var off = faces.Zip(brighter, (a, b) => Math.Pow((b - a) / 255.0, 2)).Average();

        var nearest = NearestFaces.Of(brighter, source);

        Assert.Equal([0, 1, 2, 3, 4], nearest.Select(one => one.Index));
        Assert.Equal(Math.Sqrt(off), Math.Sqrt(nearest.Average(one => one.Distance * one.Distance)), 0.01);
    }

    [Fact]
    public void Only_as_many_are_compared_with_as_wished_spread_over_all()
    {
        using var source = new SyntheticSource(1, 90, 32);

        var nearest = NearestFaces.Of(source.ReadSpread(90), source, most: 9);

        Assert.Equal([0, 10, 20, 30, 40, 50, 60, 70, 80], nearest.Select(one => one.Index).Distinct().Order());
    }
}
