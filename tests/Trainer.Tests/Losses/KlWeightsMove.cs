using FaceMix.Networks;
using FaceMix.Trainer;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Presets;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Losses;

public sealed class KlWeightsMove
{
    [Fact]
    public void The_stepped_schedule_of_beta_vae_celeba_takes_effect()
    {
        var loss = new VaeLoss(PresetReader.Read("beta-vae-celeba").Loss);

        double[] weights = [.. Enumerable.Range(0, 14).Select(epoch => loss.KlWeight(0, epoch))];

        Assert.Equal([0.1, 0.1, 40.1, 40.1, 80.1, 80.1, 120.1, 120.1, 160.1, 160.1, 200, 200, 200, 200], weights);
    }

    [Theory]
    [InlineData(KlShape.Constant, 0, 2)]
    [InlineData(KlShape.Linear, 0, 1)]
    [InlineData(KlShape.Linear, 0.25, 1.5)]
    [InlineData(KlShape.Linear, 0.5, 2)]
    [InlineData(KlShape.Cyclical, 0, 1)]
    [InlineData(KlShape.Cyclical, 0.125, 1.5)]
    [InlineData(KlShape.Cyclical, 0.25, 2)]
    [InlineData(KlShape.Cyclical, 0.4999, 2)]
    [InlineData(KlShape.Cyclical, 0.5, 1)]
    [InlineData(KlShape.Cyclical, 1, 2)]
    public void Each_shape_has_its_weight_at_each_point(KlShape shape, double progress, double weight)
    {
        var schedule = new KlScheduleOptions { Shape = shape, Start = 1, Cycles = 2, Rise = 0.5 };

        Assert.Equal(weight, schedule.At(height: 2, warmup: 0.5, progress, epoch: 0), 9);
    }

    [Fact]
    public void Free_bits_cost_the_same_and_teach_nothing()
    {
        using var scope = NewDisposeScope();
        // Nats a number: 0.5·0.2² = 0.02, and 0.5·2² = 2.
        var mean = tensor([0.2f, 2f], [1, 2]);
        mean.requires_grad = true;
        var each = KlDivergence.OfEachNumber(mean, zeros(1, 2));

        var pressed = KlDivergence.Pressed(each, freeBits: 0.5, balancing: false);
        pressed.backward();

        Assert.Equal(2.5, pressed.item<float>(), 5);
        Assert.Equal([0f, 2f], mean.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Balancing_presses_on_the_numbers_that_say_most()
    {
        using var scope = NewDisposeScope();
        var mean = tensor([1f, 2f], [1, 2]);
        mean.requires_grad = true;

        KlDivergence.Pressed(KlDivergence.OfEachNumber(mean, zeros(1, 2)), freeBits: 0, balancing: true).backward();

        // Nats 0.5 and 2 weigh 0.4 and 1.6.
        Assert.Equal([0.4, 3.2], mean.grad!.data<float>().ToArray().Select(value => Math.Round(value, 4)));
    }

    [Fact]
    public void The_true_divergence_is_shown_beside_what_is_pressed()
    {
        using var scope = NewDisposeScope();
        var output = new VaeOutput([zeros(2, 3, 32, 32)], full([2, 4], 0.1f), zeros(2, 4));

        var (total, terms) = new VaeLoss(new LossOptions { L1 = 1, Kl = 0.5, KlWarmup = 0, FreeBits = 1 }).Compute(output, zeros(2, 3, 32, 32), 1);

        Assert.Equal(["l1", "kl", "kl_pressed"], terms.Select(term => term.Name));
        Assert.Equal((0, 0.02), (terms[1].Weight, Math.Round(terms[1].Raw.item<float>(), 5)));
        Assert.Equal(2, total.item<float>(), 5);
    }

    [Fact]
    public void A_stepped_schedule_without_a_step_is_refused() =>
        Assert.Throws<UsageException>(() => PresetReader.Read("facemix-64", ["loss.kl_schedule.shape=stepped"]));
}
