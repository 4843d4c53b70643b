using System.Reflection;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

public sealed class LossesHaveTheirGradients
{
    // Another loss is another line: its inputs are pictures in [0, 1], or a mean and a log-variance.
    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> s_pictures = new(StringComparer.Ordinal)
    {
        ["Reconstruction.L1"] = Reconstruction.L1,
        ["Reconstruction.Mse"] = Reconstruction.Mse,
        ["Reconstruction.Bce"] = Reconstruction.Bce,
        ["Reconstruction.Edge"] = Reconstruction.Edge,
        ["Reconstruction.Halve"] = (picture, target) => (Reconstruction.Halve(picture) * Reconstruction.Halve(target)).sum(),
        ["Reconstruction.HalveBicubic"] = (picture, target) => (Reconstruction.HalveBicubic(picture) * Reconstruction.HalveBicubic(target)).sum(),
        ["VaeLoss.Unit"] = (picture, target) => (new VaeLoss(new LossOptions()).Unit(picture) * target).sum(),
        ["MsSsim.Of"] = (picture, target) => new MsSsim(window: 3, scales: 3).Of(picture, target),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> s_latents = new(StringComparer.Ordinal)
    {
        ["KlDivergence.OfStandardNormal"] = KlDivergence.OfStandardNormal,
        ["KlDivergence.OfEachNumber"] = (mean, logvar) => (KlDivergence.OfEachNumber(mean, logvar) * arange(1, 6, dtype: ScalarType.Float64)).sum(),
        // The weights of balancing are no part of the gradient, so that only the free bits have a slope of their own.
        ["KlDivergence.Pressed"] = (mean, logvar) => KlDivergence.Pressed(KlDivergence.OfEachNumber(mean, logvar), freeBits: 0.3, balancing: false),
    };

    public static TheoryData<string> Names => [.. s_pictures.Keys, .. s_latents.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void By_every_number_they_take(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var ofPictures = s_pictures.TryGetValue(name, out var loss);
        long[] shape = ofPictures ? [2, 2, 12, 12] : [3, 5];
        var (a, b) = (Given(ofPictures, shape), Given(ofPictures, shape));
        GradientCheck.Holds(() => (loss ?? s_latents[name])(a, b), [("the first", a), ("the second", b)], elements: 60);
    }

    [Fact]
    public void Through_a_network_that_looks_at_the_pictures()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var network = new JudgeNetwork(new Judge(32, 4).to(ScalarType.Float64), 32, "judge-test");
        var (picture, target) = (Given(true, [1, 3, 32, 32]), Given(true, [1, 3, 32, 32]).detach());
        // The target is only looked at: no gradient reaches it.
        GradientCheck.Holds(() => PerceptualLoss.Of(network, picture, target) * 100, [("the picture", picture)], elements: 60);
    }

    [Fact]
    public void And_none_is_left_out()
    {
        var losses = typeof(Reconstruction).Assembly.GetExportedTypes()
            .Where(type => type.Namespace == typeof(Reconstruction).Namespace)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.ReturnType == typeof(Tensor) && method.GetParameters().Any(parameter => parameter.ParameterType == typeof(Tensor)))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}");

        Assert.Empty(losses.Except([.. s_pictures.Keys, .. s_latents.Keys]));
    }

    private static Tensor Given(bool picture, long[] shape) =>
        (picture ? (rand(shape, dtype: ScalarType.Float64) * 0.9) + 0.05 : randn(shape, dtype: ScalarType.Float64)).requires_grad_();
}
