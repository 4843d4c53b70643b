using FaceMix.Datasets;
using FaceMix.Evaluation;
using Xunit;

namespace FaceMix.Tests.Evaluation;

public sealed class StructuralSimilarityTests
{
    [Fact]
    public void Equal_pictures_are_as_similar_as_can_be()
    {
        using var source = new SyntheticSource(1, 2, 32);
        var faces = source.ReadSpread(2);

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

    [Fact]
    public void Pictures_that_do_not_belong_together_are_refused()
    {
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.Of(new byte[32 * 32 * 3], new byte[2 * 32 * 32 * 3], 32));
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.Of(new byte[8 * 8 * 3], new byte[8 * 8 * 3], 8));
    }
}
