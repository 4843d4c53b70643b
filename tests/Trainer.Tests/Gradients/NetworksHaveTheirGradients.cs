using FaceMix.Tests.Trainer.Models;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Models.Layers;
using FaceMix.Trainer.Presets;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

/// <summary>Each preset's own network under its own loss, narrowed: by the picture, and by some numbers of every array it learns.</summary>
public sealed class NetworksHaveTheirGradients
{
    private const int Batch = 3;
    private const int Elements = 2;

    public static TheoryData<string> Names => [.. PresetReader.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void In_training(string name)
    {
        var preset = EveryPreset.Narrow(name);
        // Dropout draws anew at every call, and the weights of balancing are no part of the gradient.
        var options = preset.Model with { Dropout = 0 };
        var loss = new VaeLoss(preset.Loss with { KlBalancing = false, MsSsimWindow = Math.Min(preset.Loss.MsSsimWindow, 5) }, Networks.Of(options).Range);
        manual_seed(7);
        using var scope = NewDisposeScope();
        using var model = new FaceModel(options);
        Prepare(model);
        var picture = Pictures(options.Channels, options.ImageSize);
        var target = Pictures(options.Channels, options.ImageSize).detach();
        var noise = randn([Batch, options.Latent], dtype: ScalarType.Float64);

        GradientCheck.Holds(() => loss.Compute(model.call(picture, noise), target, progress: 1).Total, [("the picture", picture), .. Learnt(model)], Elements);
    }

    [Fact]
    public void In_the_discriminator()
    {
        manual_seed(7);
        using var scope = NewDisposeScope();
        using var discriminator = new PatchDiscriminator(3, 32, scales: 2, width: 4);
        Prepare(discriminator);
        var picture = Pictures(3, 32);

        GradientCheck.Holds(() => discriminator.call(picture).Select((verdict, i) => verdict.square().sum() * (i + 1)).Aggregate((a, b) => a + b), [("the picture", picture), .. Learnt(discriminator)], Elements);
    }

    [Fact]
    public void In_the_judge()
    {
        manual_seed(7);
        using var scope = NewDisposeScope();
        using var judge = new Judge(32, 4);
        Prepare(judge);
        var picture = Pictures(3, 32);

        GradientCheck.Holds(() => judge.call(picture).square().sum(), [("the picture", picture), .. Learnt(judge)], Elements);
    }

    [Fact]
    public void In_spectral_norm()
    {
        manual_seed(7);
        using var scope = NewDisposeScope();
        var weight = randn([5, 3, 2], dtype: ScalarType.Float64).requires_grad_();
        var u = randn([5], dtype: ScalarType.Float64);
        Settle(weight, u);
        var shares = randn([5, 3, 2], dtype: ScalarType.Float64);

        GradientCheck.Holds(() => (SpectralNorm.Apply(weight, u, training: true) * shares).sum(), [("the weight", weight)], elements: 30);
    }

    private static Tensor Pictures(int channels, int size) => rand([Batch, channels, size, size], dtype: ScalarType.Float64).requires_grad_();

    private static IEnumerable<(string, Tensor)> Learnt(nn.Module module) => module.named_parameters().Select(named => (named.name, (Tensor)named.parameter));

    private static void Prepare(nn.Module module)
    {
        module.to(ScalarType.Float64);
        module.train();
        // Biases that begin at 0 leave numbers exactly on a kink, where there is no slope.
        using (no_grad())
        {
            foreach (var parameter in module.parameters())
                parameter.add_(randn_like(parameter), alpha: 0.05);
        }
        var weights = module.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        foreach (var (name, buffer) in module.named_buffers().Where(named => named.name.EndsWith(".u", StringComparison.Ordinal)))
            Settle(weights[name[..^1] + "weight"], buffer);
    }

    // The norm's gradient holds its directions still, which is right where they have settled: the largest singular value's
    // slope does not depend on their own.
    private static void Settle(Tensor weight, Tensor u)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (left, _, _) = linalg.svd(weight.detach().flatten(1), fullMatrices: false);
        u.copy_(left.select(1, 0));
    }
}
