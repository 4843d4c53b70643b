using FaceMix.Networks;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

public sealed class LossesHaveTheirGradients
{
    /// <summary>Another loss is another line: what it makes of pictures in [0, 1] and their targets.</summary>
    internal static Dictionary<string, Func<Tensor, Tensor, Tensor>> OfPictures { get; } = new(StringComparer.Ordinal)
    {
        ["Reconstruction.L1"] = Reconstruction.L1,
        ["Reconstruction.Mse"] = Reconstruction.Mse,
        ["Reconstruction.Bce"] = Reconstruction.Bce,
        ["Reconstruction.Edge"] = Reconstruction.Edge,
        ["Reconstruction.Halve"] = (picture, target) => (Reconstruction.Halve(picture) * Reconstruction.Halve(target)).sum(),
        ["Reconstruction.HalveBicubic"] = (picture, target) => (Reconstruction.HalveBicubic(picture) * Reconstruction.HalveBicubic(target)).sum(),
        ["VaeLoss.Unit"] = (picture, target) => (new VaeLoss(new LossOptions()).Unit(picture) * target).sum(),
        ["VaeLoss.Unit, unit"] = (picture, target) => (new VaeLoss(new LossOptions(), PixelRange.Unit).Unit(picture) * target).sum(),
        ["MsSsim.Of"] = (picture, target) => new MsSsim(window: 3, scales: 3).Of(picture, target),
    };

    /// <summary>What it makes of a mean and a log-variance.</summary>
    internal static Dictionary<string, Func<Tensor, Tensor, Tensor>> OfLatents { get; } = new(StringComparer.Ordinal)
    {
        ["KlDivergence.OfStandardNormal"] = KlDivergence.OfStandardNormal,
        ["KlDivergence.OfEachNumber"] = (mean, logvar) => (KlDivergence.OfEachNumber(mean, logvar) * arange(1, 6, dtype: ScalarType.Float64)).sum(),
        ["KlDivergence.Pressed"] = (mean, logvar) => KlDivergence.Pressed(KlDivergence.OfEachNumber(mean, logvar), freeBits: 0.3, balancing: false),
    };

    /// <summary>The whole loss with one of its options after the other.</summary>
    internal static Dictionary<string, LossOptions> Options { get; } = new(StringComparer.Ordinal)
    {
        [nameof(LossOptions.Reduction)] = new() { Reduction = Reduction.Sum },
        [nameof(LossOptions.L1)] = new() { L1 = 0.7 },
        [nameof(LossOptions.Mse)] = new() { L1 = 0, Mse = 2 },
        [nameof(LossOptions.Bce)] = new() { L1 = 0, Bce = 2 },
        [nameof(LossOptions.Edge)] = new() { Edge = 0.5 },
        [nameof(LossOptions.MsSsim)] = new() { L1 = 0, MsSsim = 2, MsSsimWindow = 3 },
        [nameof(LossOptions.MsSsimWindow)] = new() { MsSsim = 1, MsSsimWindow = 5 },
        [nameof(LossOptions.MsSsimScales)] = new() { MsSsim = 1, MsSsimWindow = 3, MsSsimScales = 1 },
        [nameof(LossOptions.LowerLevels)] = new() { LowerLevels = 3 },
        [nameof(LossOptions.Halving)] = new() { LowerLevels = 3, Halving = Halving.Bicubic },
        [nameof(LossOptions.Kl)] = new() { Kl = 0.5 },
        [nameof(LossOptions.KlWarmup)] = new() { Kl = 0.5, KlWarmup = 1 },
        [nameof(LossOptions.KlSchedule)] = new() { Kl = 0.5, KlSchedule = new() { Shape = KlShape.Constant } },
        [nameof(LossOptions.FreeBits)] = new() { Kl = 0.5, FreeBits = 0.3 },
        [nameof(LossOptions.KlBalancing)] = new() { Kl = 0.5, FreeBits = 0.1, KlBalancing = true },
    };

    public static TheoryData<string> Names => [.. OfPictures.Keys, .. OfLatents.Keys];

    public static TheoryData<string> OptionNames => [.. Options.Keys];

    public static TheoryData<AdversarialLoss> Adversarial => [.. Enum.GetValues<AdversarialLoss>()];

    [Theory]
    [MemberData(nameof(Names))]
    public void By_every_number_they_take(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var ofPictures = OfPictures.TryGetValue(name, out var loss);
        var (a, b) = ofPictures ? (Given.Pictures(2, 2, 12, 12), Given.Pictures(2, 2, 12, 12)) : (Given.Numbers(3, 5), Given.Numbers(3, 5));

        GradientCheck.Holds(() => (loss ?? OfLatents[name])(a, b), [("the first", a), ("the second", b)], elements: 60);
    }

    [Fact]
    public void With_the_weights_of_balancing_held_still()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var (mean, logvar) = (Given.Numbers(3, 5), Given.Numbers(3, 5));
        Tensor Each() => KlDivergence.OfEachNumber(mean, logvar);
        var weights = Balance(Each());

        GradientCheck.Holds(
            () => KlDivergence.Pressed(Each(), freeBits: 0.3, balancing: true), [("the mean", mean), ("the log-variance", logvar)], () => (Each().clamp_min(0.3) * weights).sum());
    }

    [Theory]
    [MemberData(nameof(OptionNames))]
    public void In_the_whole_loss_by_everything_a_model_gives(string option)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var options = Options[option];
        var loss = new VaeLoss(options, PixelRange.Unit);
        var target = Given.Pictures(2, 3, 16, 16).detach();
        Tensor[] pictures = [Given.Pictures(2, 3, 8, 8), Given.Pictures(2, 3, 16, 16)];
        var (mean, logvar) = (Given.Numbers(2, 5), Given.Numbers(2, 5));
        VaeOutput Output() => new(pictures, mean, logvar);
        var weights = Balance(KlDivergence.OfEachNumber(mean, logvar));
        Tensor Held() => VaeLoss.Total(loss.Terms(Output(), target, loss.KlWeight(0.5)).Select(term => term.Name == "kl_pressed"
            ? term with { Raw = (KlDivergence.OfEachNumber(mean, logvar).clamp_min(options.FreeBits) * weights).sum() }
            : term));

        GradientCheck.Holds(
            () => loss.Compute(Output(), target, 0.5).Total, [("the smaller picture", pictures[0]), ("the picture", pictures[1]), ("the mean", mean), ("the log-variance", logvar)],
            options.KlBalancing ? Held : null, elements: 40);
    }

    [Theory]
    [MemberData(nameof(Adversarial))]
    public void Of_what_a_model_is_told_by_its_discriminator(AdversarialLoss kind)
    {
        using var scope = NewDisposeScope();
        using var adversary = Adversary(kind);
        var painted = Given.Pictures(3, 3, 32, 32);

        GradientCheck.Holds(() => adversary.Term(painted).Raw, [("the picture", painted)], elements: 60);
    }

    [Theory]
    [MemberData(nameof(Adversarial))]
    public void Of_what_a_discriminator_learns_from(AdversarialLoss kind)
    {
        using var scope = NewDisposeScope();
        using var adversary = Adversary(kind);
        var (real, painted) = (Given.Pictures(3, 3, 32, 32).detach(), Given.Pictures(3, 3, 32, 32));

        GradientCheck.Holds(() => adversary.Loss(real, painted), Given.Learnt(adversary.Discriminator));
        Assert.Null(painted.grad);
    }

    private static Adversary Adversary(AdversarialLoss kind)
    {
        manual_seed(7);
        var adversary = new Adversary(new AdversarialOptions { Loss = kind, Scales = 2, Width = 4 }, new ModelOptions { ImageSize = 32 });
        Given.Prepare(adversary.Discriminator);
        return adversary;
    }

    // Each number's own share, which is no part of the gradient.
    private static Tensor Balance(Tensor each)
    {
        var share = each.detach().clamp_min(1e-8);
        return share / share.mean();
    }
}
