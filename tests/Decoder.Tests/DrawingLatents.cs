using FaceMix.Decoder.Sampling;
using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;
using Xunit;

namespace FaceMix.Tests.Decoder;

public sealed class DrawingLatents
{
    private const int Draws = 40_000;

    [Fact]
    public void The_logarithm_is_that_of_the_library()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var x = i % 2 == 0 ? random.NextDouble() : Math.Pow(10, (random.NextDouble() * 600) - 300);
            if (x > 0)
                Assert.Equal(1, 1 + SeededNormal.Log(x) - Math.Log(x), 12);
        }
    }

    [Fact]
    public void The_numbers_of_a_seed_never_change()
    {
        // From the published algorithms in Python: a picture that is made again must be the same picture.
        var normal = new SeededNormal(42);

        Assert.All(Known, number => Assert.Equal(number, normal.Next(), 14));
    }

    [Fact]
    public void Neighbouring_seeds_give_standard_normal_numbers_that_know_nothing_of_each_other()
    {
        var first = new double[Draws];
        var second = new double[Draws];
        for (var seed = 0; seed < Draws; seed++)
        {
            var normal = new SeededNormal((ulong)seed);
            first[seed] = normal.Next();
            second[seed] = normal.Next();
        }

        Assert.Equal(0, first.Average(), 0.03);
        Assert.Equal(1, first.Average(x => x * x), 0.04);
        Assert.Equal(0, first.Average(x => x * x * x), 0.08);
        Assert.Equal(3, first.Average(x => x * x * x * x), 0.25);
        Assert.Equal(0, first.Zip(second, (x, y) => x * y).Average(), 0.03);
        Assert.Equal(0, first.Skip(1).Zip(first, (x, y) => x * y).Average(), 0.03);
    }

    [Fact]
    public void Drawn_latents_have_the_fitted_mean_and_covariance()
    {
        var density = new LatentDensity([1, -2], [2, 0, 0.5f, 1]);
        double sum0 = 0, sum1 = 0, square0 = 0, square1 = 0, product = 0;
        Span<float> z = stackalloc float[2];
        for (var seed = 0; seed < Draws; seed++)
        {
            LatentSpace.Draw((ulong)seed, density, 1, z);
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
        using var folder = new TemporaryFolder();
        var path = folder.File("density.safetensors");
        WriteMixture(path, [0.75f, 0.25f], [-4, 0, 12, 0], [1, 0, 0, 1, 0.5f, 0, 0, 0.5f]);
        var density = LatentDensity.Read(path, 2);
        Span<float> z = stackalloc float[2];
        double sum = 0, right = 0, spread = 0;
        for (var seed = 0; seed < Draws; seed++)
        {
            LatentSpace.Draw((ulong)seed, density, 1, z);
            sum += z[0];
            right += z[0] > 4 ? 1 : 0;
            spread += z[0] > 4 ? Math.Pow(z[0] - 12, 2) : 0;
            LatentSpace.Draw((ulong)seed, density, 0, z);
            Assert.Equal((0, 0), (z[0], z[1]));
        }

        Assert.Equal(2, density.Components);
        Assert.Equal(0, sum / Draws, 0.1);
        Assert.Equal(0.25, right / Draws, 0.01);
        Assert.Equal(0.25, spread / right, 0.02);
    }

    [Theory]
    [InlineData(0.5f, 0.4f, 0f, "sum to 1")]
    [InlineData(1.5f, -0.5f, 0f, "sum to 1")]
    [InlineData(0.5f, 0.5f, 1f, "not lower-triangular")]
    [InlineData(0.5f, 0.5f, float.NaN, "not finite")]
    public void A_mixture_that_is_none_is_refused(float first, float second, float upper, string why)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("density.safetensors");
        WriteMixture(path, [first, second], new float[4], [1, 0, 0, 1, 1, upper, 0, 1]);

        Assert.Contains(why, Assert.Throws<ModelStoreException>(() => LatentDensity.Read(path, 2)).Message, StringComparison.Ordinal);
    }

    private static void WriteMixture(string path, float[] weights, float[] means, float[] choleskies) => SafetensorsWriter.Write(path, [
        SafetensorsTensor.Of("mean", [2], new float[2]), SafetensorsTensor.Of("cholesky", [2, 2], new float[] { 1, 0, 0, 1 }),
        SafetensorsTensor.Of("weights", [2], weights), SafetensorsTensor.Of("means", [2, 2], means), SafetensorsTensor.Of("choleskies", [2, 2, 2], choleskies)]);

    [Fact]
    public void A_latent_never_leaves_the_range_that_may_be_asked_for()
    {
        var density = new LatentDensity([90, -1000], [50, 0, 0, 1]);
        Span<float> z = stackalloc float[2];
        for (ulong seed = 0; seed < 100; seed++)
        {
            LatentSpace.Draw(seed, density, 2, z);
            Assert.InRange(z[0], -100, 100);
            Assert.Equal(-100, z[1]);
        }
    }

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
            LatentSpace.MixSpherical(from, to, weight, spherical);
            LatentSpace.MixLinear(from, to, weight, linear);
            Assert.True(spherical.SequenceEqual(linear));
        }
    }

    [Theory]
    [InlineData("mean", float.NaN, "tensor \"mean\"")]
    [InlineData("cholesky", float.PositiveInfinity, "tensor \"cholesky\"")]
    [InlineData("upper", 1f, "not lower-triangular in row 0")]
    public void A_density_that_is_none_is_refused(string where, float number, string why)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("density.safetensors");
        float[] mean = [0, where == "mean" ? number : 0];
        float[] cholesky = [1, where == "upper" ? number : 0, where == "cholesky" ? number : 0, 1];
        SafetensorsWriter.Write(path, [SafetensorsTensor.Of("mean", [2], mean), SafetensorsTensor.Of("cholesky", [2, 2], cholesky)]);

        Assert.Contains(why, Assert.Throws<ModelStoreException>(() => LatentDensity.Read(path, 2)).Message, StringComparison.Ordinal);
    }

    private static readonly double[] Known = [-0.7262191382447857, -0.21119691823195985, 0.2216227015035933, 0.5227716877560146];
}
