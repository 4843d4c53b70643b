using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Tests.Trainer.Models;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Presets;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

/// <summary>Each preset's own network under its own loss, narrowed: by the picture, and by every array it learns.</summary>
public sealed class NetworksHaveTheirGradients
{
    private const int Batch = 3;

    // Two sizes of map tell as much as three, and take half the time.
    private static readonly Dictionary<string, string[]> s_narrower = new(StringComparer.Ordinal)
    {
        ["face-mixing-256"] = ["model.image_size=16", "model.latent=3", "model.encoder=[3,4]", "model.decoder=[4,3,3]"],
        ["anime-64"] = ["model.image_size=16", "model.latent=3", "model.encoder=[3,4]", "model.hidden=6", "model.decoder=[4,3]"],
        ["iiitb-256"] = ["model.image_size=16", "model.latent=3", "model.encoder=[3,4]", "model.hidden=6", "model.decoder=[4,3]"],
        ["ffhq-conv-96"] = ["model.image_size=16", "model.latent=3", "model.encoder=[3,4]", "model.hidden=6", "model.decoder=[4,3]"],
        ["facemix-64"] = ["model.image_size=16", "model.latent=3", "model.encoder=[3,4]", "model.style=3", "model.decoder=[4,3]"],
        ["facemix-128"] = ["model.image_size=16", "model.latent=3", "model.encoder=[3,4]", "model.style=3", "model.decoder=[4,3]"],
        ["facemix-256"] = ["model.image_size=16", "model.latent=3", "model.encoder=[3,4]", "model.style=3", "model.decoder=[4,3]"],
        ["facemix-32-tiny"] = ["model.latent=3", "model.encoder=[3,4,4]", "model.style=3", "model.decoder=[4,4,3]"],
        ["beta-vae-celeba"] = ["model.image_size=16", "model.latent=3", "model.encoder=[3,4]", "model.decoder=[4,3]", "model.dropout=0.1"],
        ["msssim-celeba"] = ["model.image_size=16", "model.latent=3", "model.encoder=[3,4]", "model.decoder=[4,3]"],
        ["mnist-dense"] = ["model.image_size=16"],
        ["autoencoder-dense"] = ["model.image_size=16", "model.latent=4", "model.encoder=[6]", "model.decoder=[6]"],
    };

    /// <summary>Whose networks are checked.</summary>
    internal static IReadOnlyList<Preset> Presets => [.. PresetReader.Names.Select(Narrow)];

    public static TheoryData<string> Names => [.. PresetReader.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void In_training(string name)
    {
        var preset = Narrow(name);
        var options = preset.Model;
        // The weights of balancing are no part of the gradient.
        var loss = new VaeLoss(preset.Loss with { KlBalancing = false, MsSsimWindow = Math.Min(preset.Loss.MsSsimWindow, 5) }, NetworkFactory.Create(options).Range);
        manual_seed(7);
        using var scope = NewDisposeScope();
        using var model = new FaceModel(options);
        Given.Prepare(model);
        var picture = Given.Pictures(Batch, options.Channels, options.ImageSize, options.ImageSize);
        var target = Given.Pictures(Batch, options.Channels, options.ImageSize, options.ImageSize).detach();
        var noise = Given.Numbers(Batch, options.Latent).detach();
        Tensor Loss()
        {
            // Dropout draws anew at every call.
            manual_seed(13);
            return loss.Compute(model.call(picture, noise), target, progress: 1).Total;
        }

        GradientCheck.Holds(Loss, [("the picture", picture), .. Given.Learnt(model)]);
    }

    [Fact]
    public void In_the_discriminator()
    {
        manual_seed(7);
        using var scope = NewDisposeScope();
        using var discriminator = new PatchDiscriminator(3, 32, scales: 2, width: 4);
        Given.Prepare(discriminator);
        var picture = Given.Pictures(Batch, 3, 32, 32);

        GradientCheck.Holds(() => discriminator.call(picture).Select((verdict, i) => verdict.square().sum() * (i + 1)).Aggregate((a, b) => a + b), [("the picture", picture), .. Given.Learnt(discriminator)]);
    }

    [Fact]
    public void In_the_judge_under_what_it_learns_from()
    {
        manual_seed(7);
        using var scope = NewDisposeScope();
        using var judge = new Judge(16, 4);
        Given.Prepare(judge);
        var picture = Given.Pictures(Batch, 3, 16, 16);
        var answers = tensor(new double[] { 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0 }, [Batch, 4]);

        GradientCheck.Holds(() => nn.functional.binary_cross_entropy_with_logits(judge.call(picture), answers), [("the picture", picture), .. Given.Learnt(judge)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void In_spectral_norm_with_its_directions_held_still(bool training)
    {
        manual_seed(7);
        using var scope = NewDisposeScope();
        var (weight, shares) = (Given.Numbers(5, 3, 2), Given.Numbers(5, 3, 2));
        var first = Given.Numbers(5).detach();
        // Far from settled: one iteration from anywhere.
        var right = nn.functional.normalize(weight.detach().flatten(1).t().mv(first), dim: 0);
        var left = nn.functional.normalize(weight.detach().flatten(1).mv(right), dim: 0);

        GradientCheck.Holds(
            () => (SpectralNorm.Apply(weight, first.clone(), training) * shares).sum(),
            [("the weight", weight), ("the shares", shares)],
            () => (weight / left.dot(weight.flatten(1).mv(right)) * shares).sum(),
            elements: 30);
    }

    private static Preset Narrow(string name) => s_narrower.TryGetValue(name, out var narrower) ? PresetReader.Read(name, narrower) : EveryPreset.Narrow(name);
}
