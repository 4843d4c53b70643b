using FaceMix.Evaluation.Maps;
using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Evaluation.Maps;

public sealed class PcaTests
{
    [Fact]
    public void Pca_finds_the_directions_of_the_largest_spread()
    {
        var noise = Noise.Normal(1, 0, 500 * 3);
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (i % 3 == 1 ? 10 : i % 3 == 2 ? 3 : 0.1f) * noise[i] + 5;

        var (points, explained) = Pca.Project(noise, 3);

        Assert.Equal(10, Deviation(points, 0), 0.8);
        Assert.Equal(3, Deviation(points, 1), 0.3);
        Assert.InRange(explained, 0.999, 1);
    }

    private static double Deviation(double[] points, int axis)
    {
        var values = points.Where((_, i) => i % 2 == axis).ToArray();
        return Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));
    }
}
