using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Latents;

public sealed class LatentMixingTests
{
    [Theory]
    [InlineData(0f)]
    [InlineData(0.3f)]
    [InlineData(1f)]
    public void Opposite_equal_and_zero_directions_are_mixed_along_the_straight_line(float weight)
    {
        float[][] others = [[-1, -2], [1, 2], [0, 0], [2, 4]];
        float[] from = [1, 2];
        Span<float> spherical = stackalloc float[2];
        Span<float> linear = stackalloc float[2];
        foreach (var to in others)
        {
            LatentMixing.Spherical(from, to, weight, spherical);
            LatentMixing.Linear(from, to, weight, linear);
            Assert.True(spherical.SequenceEqual(linear));
        }
    }

    [Fact]
    public void A_spherical_mixture_of_equally_long_latents_stays_as_long()
    {
        Span<float> middle = stackalloc float[2];

        LatentMixing.Spherical([3, 0], [0, 3], 0.5, middle);

        Assert.Equal(3 / Math.Sqrt(2), middle[0], 1e-6);
        Assert.Equal(3 / Math.Sqrt(2), middle[1], 1e-6);
    }

    [Fact]
    public void The_ends_of_a_mixture_are_exact()
    {
        float[] from = [0.1f, -99.7f];
        float[] to = [33.3f, 1e-7f];
        Span<float> mixed = stackalloc float[2];
        foreach (var spherical in (bool[])[true, false])
        {
            foreach (var (weight, end) in ((double, float[])[])[(0, from), (1, to)])
            {
                if (spherical)
                    LatentMixing.Spherical(from, to, weight, mixed);
                else
                    LatentMixing.Linear(from, to, weight, mixed);
                Assert.Equal(end, mixed.ToArray());
            }
        }
    }
}
