using FaceMix.Datasets;
using FaceMix.Evaluation;
using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Evaluation;

public sealed class AgainstPythonTests
{
    private const int Faces = 600;
    private const int Latent = 5;
    private const int Factors = 3;
    private const int Features = 6;

    [NeedsPythonTorch]
    public void Similarity_distance_and_disentanglement_are_those_of_an_independent_program()
    {
        var (small, smallOriginals) = Blurred(64, 3);
        var (large, largeOriginals) = Blurred(176, 1);
        var (latents, masks) = Latents();
        var features = Noise.Normal(1, 0, Faces * Features);
        var others = Array.ConvertAll(Noise.Normal(2, 0, Faces * Features), value => 0.5f + (2 * value));
        for (var i = 1; i < others.Length; i += Features)
            others[i] += others[i - 1];

        var expected = PythonScript.Run(Repository.PathOf("tests", "Evaluation.Tests", "metrics.py"), [
            Pictures("small_pictures", small, 64), Pictures("small_originals", smallOriginals, 64),
            Pictures("large_pictures", large, 176), Pictures("large_originals", largeOriginals, 176),
            ("features", [Faces, Features], features), ("others", [Faces, Features], others),
            ("latents", [Faces, Latent], latents),
            ("factors", [Faces, Factors], [.. masks.SelectMany(mask => Enumerable.Range(0, Factors).Select(bit => mask.Has(bit) ? 1f : 0f))])]);

        Same(expected["small"].Values, StructuralSimilarity.Of(small, smallOriginals, 64));
        Same(expected["large"].Values, StructuralSimilarity.Of(large, largeOriginals, 176));
        var distance = Frechet.Distance(FeatureStatistics.Of(features, Features), FeatureStatistics.Of(others, Features));
        Assert.Equal(expected["frechet"].Values[0], distance, 1e-4 * distance);
        var scores = Disentanglement.Of(latents, Latent, masks, Factors)!;
        Assert.Equal(expected["mig"].Values[0], scores.Mig, 1e-5);
        Assert.Equal(expected["sap"].Values[0], scores.Sap, 1e-5);
        Assert.Equal(expected["dci"].Values[0], scores.Disentanglement, 1e-3);
        Assert.Equal(expected["dci"].Values[1], scores.Completeness, 1e-3);
        Assert.Equal(expected["dci"].Values[2], scores.Informativeness, 1e-3);
    }

    private static void Same(float[] expected, Similarity actual)
    {
        Assert.Equal(expected[0], actual.Ssim, 2e-4);
        Assert.Equal(expected[1], actual.MsSsim, 2e-4);
        Assert.InRange(actual.MsSsim, 0.2, 0.999);
    }

    private static (string, long[], float[]) Pictures(string name, byte[] rgb, int size) =>
        (name, [rgb.Length / (size * size * 3), size, size, 3], Array.ConvertAll(rgb, value => (float)value));

    // Faces, and the same ones noisy: what a metric of pictures has to tell apart.
    private static (byte[] Pictures, byte[] Originals) Blurred(int size, int count)
    {
        using var source = new SyntheticSource(3, count, size);
        var originals = source.ReadSpread(count);
        var noise = Noise.Normal(5, 0, originals.Length);
        return ([.. originals.Zip(noise, (value, off) => (byte)Math.Clamp(value + (25 * off), 0, 255))], originals);
    }

    // The first number knows the first factor, the second and third share the second; the third factor is in none alone.
    private static (float[] Latents, AttributeMask[] Masks) Latents()
    {
        var z = Noise.Normal(7, 0, Faces * Latent);
        var masks = new AttributeMask[Faces];
        for (var n = 0; n < Faces; n++)
        {
            var at = n * Latent;
            masks[n] = new AttributeMask((z[at] > 0.3 ? 1UL : 0) | (z[at + 1] + z[at + 2] > 0 ? 2UL : 0) | (z[at + 3] - z[at + 4] + z[at] > 0.5 ? 4UL : 0));
            z[at] += 0.2f * z[at + 3];
        }
        return (z, masks);
    }
}
