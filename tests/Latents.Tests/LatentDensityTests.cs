using FaceMix.Latents;
using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;
using Xunit;

namespace FaceMix.Tests.Latents;

public sealed class LatentDensityTests
{
    [Fact]
    public void A_density_with_and_without_a_mixture_survives_its_file()
    {
        using var folder = new TemporaryFolder();
        var single = new LatentDensity([1, 2], [1, 0, 0.5f, 2]);
        var mixed = single with { Mixture = [new GaussianComponent(0.25f, [3, 4], [1, 0, 0, 1]), new GaussianComponent(0.75f, [-3, 4], [2, 0, 1, 1])] };
        foreach (var density in (LatentDensity[])[single, mixed])
        {
            density.Write(folder.File("density"));
            var read = LatentDensity.Read(folder.File("density"), 2);

            Assert.Equal(density.Mean, read.Mean);
            Assert.Equal(density.Cholesky, read.Cholesky);
            Assert.Equal(density.Mixture.Select(component => component.Weight), read.Mixture.Select(component => component.Weight));
            Assert.Equal(density.Mixture.SelectMany(component => component.Mean), read.Mixture.SelectMany(component => component.Mean));
            Assert.Equal(density.Mixture.SelectMany(component => component.Cholesky), read.Mixture.SelectMany(component => component.Cholesky));
        }
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

    private static void WriteMixture(string path, float[] weights, float[] means, float[] choleskies) => SafetensorsWriter.Write(path, [
        SafetensorsTensor.Of("mean", [2], new float[2]), SafetensorsTensor.Of("cholesky", [2, 2], new float[] { 1, 0, 0, 1 }),
        SafetensorsTensor.Of("weights", [2], weights), SafetensorsTensor.Of("means", [2, 2], means), SafetensorsTensor.Of("choleskies", [2, 2, 2], choleskies)]);
}
