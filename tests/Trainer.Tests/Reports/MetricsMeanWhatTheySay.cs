using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Reports.Metrics;
using Xunit;

namespace FaceMix.Tests.Trainer.Reports;

public sealed class MetricsMeanWhatTheySay
{
    [Fact]
    public void Equal_pictures_are_as_similar_as_can_be()
    {
        using var source = new SyntheticSource(1, 2, 32);
        var faces = Measurement.ReadFaces(source, 2);

        var similarity = StructuralSimilarity.Of(faces, faces, 32);

        Assert.Equal((1, 1), (Math.Round(similarity.Ssim, 5), Math.Round(similarity.MsSsim, 5)));
    }

    [Theory]
    [InlineData(32, 2)]
    [InlineData(64, 3)]
    [InlineData(128, 4)]
    [InlineData(176, 5)]
    [InlineData(256, 5)]
    public void Small_pictures_are_compared_at_fewer_scales_and_the_number_says_so(int size, int scales)
    {
        Assert.Equal(scales, StructuralSimilarity.Scales(size));
        Assert.Contains($"{scales} scales", new Similarity(1, 1, scales).Convention, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void The_nearest_face_of_a_face_is_itself_mirrored_or_not(int size)
    {
        using var source = new SyntheticSource(1, 700, size);
        var faces = Measurement.ReadFaces(source, 700)[^(3 * size * size * 3)..];
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
        var faces = Measurement.ReadFaces(source, 5);
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

        var nearest = NearestFaces.Of(Measurement.ReadFaces(source, 90), source, most: 9);

        Assert.Equal([0, 10, 20, 30, 40, 50, 60, 70, 80], nearest.Select(one => one.Index).Distinct().Order());
    }

    [Fact]
    public void Pictures_that_do_not_belong_together_are_refused()
    {
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.Of(new byte[32 * 32 * 3], new byte[2 * 32 * 32 * 3], 32));
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.Of(new byte[8 * 8 * 3], new byte[8 * 8 * 3], 8));
    }

    [Fact]
    public void A_distance_is_none_to_itself_and_that_of_the_means_between_equal_shapes()
    {
        var features = Noise.Normal(1, 0, 500 * 4);
        var one = FeatureStatistics.Of(features, 4);
        var moved = FeatureStatistics.Of(Array.ConvertAll(features, value => value + 2), 4);

        Assert.Equal(0, Frechet.Distance(one, one), 6);
        Assert.Equal(4 * 2 * 2, Frechet.Distance(one, moved), 3);
    }

    [Fact]
    public void One_number_for_each_attribute_scores_high_and_a_mixture_scores_low()
    {
        var (masks, pure, mixed) = (new AttributeMask[900], new float[900 * 3], new float[900 * 3]);
        var (noise, blur) = (Noise.Normal(3, 0, 900 * 3), Noise.Normal(4, 0, 900 * 3));
        for (var n = 0; n < masks.Length; n++)
        {
            for (var k = 0; k < 3; k++)
            {
                if (noise[(n * 3) + k] > 0)
                    masks[n] |= AttributeMask.Of(k);
                pure[(n * 3) + k] = (noise[(n * 3) + k] > 0 ? 2 : -2) + (0.1f * blur[(n * 3) + k]);
            }
            for (var k = 0; k < 3; k++)
                mixed[(n * 3) + k] = pure[n * 3] + ((k == 1 ? -1 : 1) * pure[(n * 3) + 1]) + ((k == 2 ? -1 : 1) * pure[(n * 3) + 2]);
        }

        var high = Disentanglement.Of(pure, 3, masks, 3)!;
        var low = Disentanglement.Of(mixed, 3, masks, 3)!;

        Assert.True(high is { Mig: > 0.9, Sap: > 0.4, Disentanglement: > 0.9, Completeness: > 0.9, Informativeness: > 0.9 }, high.ToString());
        Assert.True(low is { Mig: < 0.3, Sap: < 0.2, Disentanglement: < 0.5, Informativeness: > 0.8 }, low.ToString());
    }

    [Fact]
    public void Attributes_that_all_or_none_have_are_not_measured()
    {
        var latents = Noise.Normal(1, 0, 100 * 2);

        Assert.Null(Disentanglement.Of(latents, 2, new AttributeMask[100], 3));
    }

    [Fact]
    public void Numbers_that_do_not_vary_are_no_active_units()
    {
        float[] mean = [1, 0.5f, -1, 0.5f];
        var facts = LatentFacts.Of(mean, new float[4], 2);

        Assert.Equal(1, facts.ActiveUnits);
        Assert.Equal([0.5, 0.125], facts.KlNats.Select(kl => Math.Round(kl, 6)));
        Assert.Equal([1.0, 0.0], facts.Spread.Select(spread => Math.Round(spread, 6)));
    }
}
