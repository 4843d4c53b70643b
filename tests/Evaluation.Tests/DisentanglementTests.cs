using FaceMix.Evaluation;
using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Evaluation;

public sealed class DisentanglementTests
{
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

}
