using FaceMix.Evaluation;
using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Evaluation;

public sealed class FrechetTests
{
    [Fact]
    public void The_distance_of_equal_features_is_0_and_of_moved_ones_that_of_their_means()
    {
        var features = Noise.Normal(1, 0, 500 * 4);
        var one = FeatureStatistics.Of(features, 4);
        var moved = FeatureStatistics.Of(Array.ConvertAll(features, value => value + 2), 4);

        Assert.Equal(0, Frechet.Distance(one, one), 6);
        Assert.Equal(4 * 2 * 2, Frechet.Distance(one, moved), 3);
    }
}
