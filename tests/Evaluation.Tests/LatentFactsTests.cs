using FaceMix.Evaluation;
using Xunit;

namespace FaceMix.Tests.Evaluation;

public sealed class LatentFactsTests
{
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
