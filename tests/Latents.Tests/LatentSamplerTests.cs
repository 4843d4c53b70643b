using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Latents;

public sealed class LatentSamplerTests
{
    private const int Draws = 40_000;

    [Fact]
    public void Drawn_latents_have_the_fitted_mean_and_covariance()
    {
        var density = new LatentDensity([1, -2], [2, 0, 0.5f, 1]);
        double sum0 = 0, sum1 = 0, square0 = 0, square1 = 0, product = 0;
        Span<float> z = stackalloc float[2];
        for (var seed = 0; seed < Draws; seed++)
        {
            LatentSampler.Draw((ulong)seed, density, 1, z);
            var (x, y) = (z[0] - 1, z[1] + 2);
            sum0 += x;
            sum1 += y;
            square0 += x * x;
            square1 += y * y;
            product += x * y;
        }

        Assert.Equal(0, sum0 / Draws, 0.05);
        Assert.Equal(0, sum1 / Draws, 0.05);
        Assert.Equal(4, square0 / Draws, 0.15);
        Assert.Equal(1.25, square1 / Draws, 0.05);
        Assert.Equal(1, product / Draws, 0.08);
    }

    [Fact]
    public void A_mixture_is_drawn_from_by_its_shares_and_narrows_to_the_mean_face()
    {
        var density = new LatentDensity([0, 0], [1, 0, 0, 1])
        {
            Mixture = [new GaussianComponent(0.75f, [-4, 0], [1, 0, 0, 1]), new GaussianComponent(0.25f, [12, 0], [0.5f, 0, 0, 0.5f])],
        };
        Span<float> z = stackalloc float[2];
        double sum = 0, right = 0, spread = 0;
        for (var seed = 0; seed < Draws; seed++)
        {
            LatentSampler.Draw((ulong)seed, density, 1, z);
            sum += z[0];
            right += z[0] > 4 ? 1 : 0;
            spread += z[0] > 4 ? Math.Pow(z[0] - 12, 2) : 0;
            LatentSampler.Draw((ulong)seed, density, 0, z);
            Assert.Equal((0, 0), (z[0], z[1]));
        }

        Assert.Equal(0, sum / Draws, 0.1);
        Assert.Equal(0.25, right / Draws, 0.01);
        Assert.Equal(0.25, spread / right, 0.02);
    }

    [Fact]
    public void A_latent_never_leaves_the_range_that_may_be_asked_for()
    {
        var density = new LatentDensity([90, -1000], [50, 0, 0, 1]);
        Span<float> z = stackalloc float[2];
        for (ulong seed = 0; seed < 100; seed++)
        {
            LatentSampler.Draw(seed, density, 2, z);
            Assert.InRange(z[0], -100, 100);
            Assert.Equal(-100, z[1]);
        }
    }

    [Fact]
    public void The_latent_of_a_seed_does_not_depend_on_the_others_drawn_with_it()
    {
        var density = new LatentDensity([1, -2], [2, 0, 0.5f, 1]) { Mixture = [new GaussianComponent(0.5f, [3, 3], [1, 0, 0, 1]), new GaussianComponent(0.5f, [-3, 3], [1, 0, 1, 1])] };
        foreach (var from in (LatentDensity?[])[null, density, density with { Mixture = [] }])
        {
            var many = LatentSampler.DrawMany(ulong.MaxValue - 2, 6, 2, from, 0.8);
            for (var i = 0; i < 6; i++)
            {
                var one = new float[2];
                LatentSampler.Draw(unchecked(ulong.MaxValue - 2 + (ulong)i), from, 0.8, one);
                Assert.Equal(one, many[(2 * i)..((2 * i) + 2)]);
            }
        }
    }

    [Fact]
    public void Without_a_density_the_noise_itself_is_the_latent() =>
        Assert.Equal(Noise.Normal(11, 0, 5), LatentSampler.DrawMany(11, 1, 5, null));
}
