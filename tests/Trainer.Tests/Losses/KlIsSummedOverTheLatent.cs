using FaceMix.Trainer.Losses;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Losses;

public sealed class KlIsSummedOverTheLatent
{
    [Fact]
    public void A_standard_normal_posterior_costs_nothing()
    {
        using var scope = NewDisposeScope();

        Assert.Equal(0, KlDivergence.OfStandardNormal(zeros(3, 5), zeros(3, 5)).item<float>());
    }

    [Fact]
    public void It_is_summed_over_the_latent_and_averaged_over_the_batch()
    {
        using var scope = NewDisposeScope();
        // Each of four numbers with mean 2 and variance e costs (4 + e - 1 - 1) / 2 nats.
        var one = (4 + Math.E - 1 - 1) / 2;

        Assert.Equal(4 * one, KlDivergence.OfStandardNormal(full([1, 4], 2f), ones(1, 4)).item<float>(), 4);
        Assert.Equal(4 * one, KlDivergence.OfStandardNormal(full([6, 4], 2f), ones(6, 4)).item<float>(), 4);
    }

    [Fact]
    public void Its_weight_rises_over_the_warm_up_and_then_stays()
    {
        var loss = new VaeLoss(new LossOptions { Kl = 0.5, KlWarmup = 0.2 });

        Assert.Equal(0, loss.KlWeight(0));
        Assert.Equal(0.25, loss.KlWeight(0.1), 12);
        Assert.Equal(0.5, loss.KlWeight(0.2), 12);
        Assert.Equal(0.5, loss.KlWeight(1), 12);
        Assert.Equal(0.5, new VaeLoss(new LossOptions { Kl = 0.5, KlWarmup = 0 }).KlWeight(0));
    }
}
