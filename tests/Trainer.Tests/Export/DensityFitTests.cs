using FaceMix.Latents;
using FaceMix.ModelStore.Safetensors;
using FaceMix.Trainer.Export;
using Xunit;

namespace FaceMix.Tests.Trainer.Export;

public sealed class DensityFitTests
{
    [Fact]
    public void Samples_have_the_mean_and_covariance_of_the_latents()
    {
        // y = 3 + x, z = 2x + noise/2 in two numbers that go together.
        const int count = 20_000;
        var noise = Noise.Normal(1, 0, 2 * count);
        var mean = new float[2 * count];
        for (var i = 0; i < count; i++)
            (mean[2 * i], mean[(2 * i) + 1]) = (3 + noise[2 * i], (2 * noise[2 * i]) + (0.5f * noise[(2 * i) + 1]));
        var logvar = Enumerable.Repeat(-30f, mean.Length).ToArray();

        var z = LatentSampler.DrawMany(6, count, 2, DensityFit.Fit(mean, logvar, 2, 5));

        var (a, b) = (z.Where((_, i) => i % 2 == 0).ToArray(), z.Where((_, i) => i % 2 == 1).ToArray());
        Assert.Equal(3, a.Average(), 0.05);
        Assert.Equal(0, b.Average(), 0.05);
        Assert.Equal(1, a.Average(x => (x - 3) * (x - 3)), 0.05);
        Assert.Equal(4.25, b.Average(x => x * x), 0.15);
        Assert.Equal(2, a.Zip(b).Average(pair => (pair.First - 3) * pair.Second), 0.1);
    }

    [Fact]
    public void The_spread_of_each_posterior_counts_too()
    {
        const int count = 20_000;
        var density = DensityFit.Fit(new float[count], Enumerable.Repeat(MathF.Log(9), count).ToArray(), 1, 5);

        Assert.Equal(3, density.Cholesky[0], 0.1);
    }

    [Fact]
    public void Fewer_faces_than_numbers_still_give_a_factor()
    {
        using var folder = new TemporaryFolder();
        var density = DensityFit.Fit(Noise.Normal(1, 0, 4 * 16), new float[4 * 16], 16, 1);
        density.Write(folder.File("density"));

        Assert.All(density.Cholesky, value => Assert.True(float.IsFinite(value)));
        using var file = SafetensorsFile.Open(folder.File("density"));
        Assert.Equal(density.Cholesky, file.ReadFloat32("cholesky", 16, 16));
        Assert.Equal(density.Mean, file.ReadFloat32("mean", 16));
    }

    [Fact]
    public void Two_heaps_of_latents_become_a_mixture_that_lies_on_both_and_survives_the_file()
    {
        using var folder = new TemporaryFolder();
        var (mean, logvar) = TwoHeaps();

        DensityFit.Fit(mean, logvar, 2, 5).Write(folder.File("density"));
        var density = LatentDensity.Read(folder.File("density"), 2);

        Assert.Equal(1, density.Mixture.Sum(component => component.Weight), 1e-4);
        var z = LatentSampler.DrawMany(9, 4000, 2, density).Chunk(2).ToList();
        Assert.Equal(0.3, z.Count(face => face[0] > 0) / 4000.0, 0.03);
        Assert.All(z, face => Assert.InRange(Math.Abs(face[0]), 2.5, 7.5));
        Assert.Equal(-0.6, z.Where(face => face[0] > 0).Average(face => (face[0] - 5) * face[1]) / 0.25, 0.15);
        Assert.All(LatentSampler.DrawMany(1, 10, 2, density, temperature: 0).Chunk(2), face => Assert.Equal(density.Mean, face));
    }

    [Fact]
    public void Latents_in_one_heap_stay_one_Gaussian()
    {
        var density = DensityFit.Fit(Noise.Normal(1, 0, 4 * 3000), Enumerable.Repeat(-30f, 4 * 3000).ToArray(), 4, 5);

        Assert.Empty(density.Mixture);
    }

    // Three of ten around (5, 0) where the two numbers go against each other, seven around (-5, 0); half a unit wide.
    private static (float[] Mean, float[] Logvar) TwoHeaps()
    {
        var noise = Noise.Normal(1, 0, 2 * 3000);
        for (var i = 0; i < noise.Length; i += 2)
        {
            var right = i / 2 % 10 < 3;
            (noise[i], noise[i + 1]) = ((right ? 5 : -5) + (0.5f * noise[i]), 0.5f * ((right ? -0.6f * noise[i] : 0) + (0.8f * noise[i + 1])));
        }
        return (noise, Enumerable.Repeat(-30f, noise.Length).ToArray());
    }
}
