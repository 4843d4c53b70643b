using System.Reflection;
using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Tests.Trainer.Training.Parallel;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Losses.Perceptual;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

/// <summary>A new loss, network, module or layer fails here until its gradient is checked beside those of the others.</summary>
public sealed class NoneIsLeftOut
{
    private static readonly Assembly[] s_checked = [typeof(INetwork).Assembly, typeof(VaeLoss).Assembly];

    // Modules with a forward pass, each with a test of its own.
    private static readonly string[] s_modules = [nameof(FaceModel), nameof(PatchDiscriminator), nameof(Judge)];

    private static readonly Dictionary<string, string> s_byItself = new(StringComparer.Ordinal)
    {
        ["Adversary.Term"] = nameof(LossesHaveTheirGradients.Of_what_a_model_is_told_by_its_discriminator),
        ["Adversary.Loss"] = nameof(LossesHaveTheirGradients.Of_what_a_discriminator_learns_from),
        ["VaeLoss.Compute"] = nameof(LossesHaveTheirGradients.In_the_whole_loss_by_everything_a_model_gives),
        ["VaeLoss.Terms"] = nameof(LossesHaveTheirGradients.In_the_whole_loss_by_everything_a_model_gives),
        ["VaeLoss.Total"] = nameof(LossesHaveTheirGradients.In_the_whole_loss_by_everything_a_model_gives),
        ["PerceptualLoss.Of"] = nameof(PerceptualNetworksHaveTheirGradients.By_the_picture_in_colour_and_in_grey),
        ["TrainingNorm.Invoke"] = nameof(SynchronisedNormTests.Values_gradients_and_running_statistics_of_two_processes_are_those_of_the_whole_batch),
        ["SpectralNorm.Apply"] = nameof(NetworksHaveTheirGradients.In_spectral_norm_with_its_directions_held_still),
    };

    private static readonly Dictionary<string, string> s_withoutGradient = new(StringComparer.Ordinal)
    {
        ["Devices.Send"] = "a copy to another device",
        ["Fused.BatchNormStatistics"] = "inside synchronised batch norm, whose gradient is its own",
        ["Fused.BatchNormGradients"] = "the gradient itself, inside synchronised batch norm",
        ["Fused.Norm"] = "how long gradients are, which nothing learns from",
        ["Pixels.ToTensor"] = "made of bytes",
        ["ProcessGroup.Gather"] = "what other processes have, copied",
    };

    [Fact]
    public void Of_what_makes_tensors_of_tensors()
    {
        // Modules, their words and networks that look at pictures have lists of their own, below.
        var found = s_checked.SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => !type.IsSubclassOf(typeof(nn.Module)) && !typeof(IPerceptualNetwork).IsAssignableFrom(type))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsSpecialName && Mentions(method.ReturnType) && method.GetParameters().Any(parameter => Mentions(parameter.ParameterType)))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}")
            .Distinct();

        Nothing(found.Except(Words(LossesHaveTheirGradients.OfPictures.Keys)).Except(Words(LossesHaveTheirGradients.OfLatents.Keys)).Except(s_byItself.Keys).Except(s_withoutGradient.Keys));
    }

    [Fact]
    public void Of_the_losss_options() => Nothing(typeof(LossOptions).GetProperties().Select(property => property.Name).Except(LossesHaveTheirGradients.Options.Keys));

    [Fact]
    public void Of_the_networks() => Nothing(Those<INetwork>().Except(NetworksHaveTheirGradients.Presets.Select(preset => NetworkFactory.Create(preset.Model).GetType().Name)));

    [Fact]
    public void Of_the_modules()
    {
        // One without a forward pass only holds arrays for others.
        var modules = s_checked.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsSubclassOf(typeof(nn.Module)) && type.GetMethod("forward") is not null).Select(type => type.Name);

        Nothing(modules.Except(s_modules));
    }

    [Fact]
    public void Of_the_networks_that_look_at_pictures() => Nothing(Those<IPerceptualNetwork>().Except(Words(PerceptualNetworksHaveTheirGradients.Networks.Keys)));

    [Fact]
    public void Of_the_words_that_networks_are_written_in() => Nothing(typeof(ILayers<>).GetMethods().Select(method => method.Name).Except(WordsHaveTheirGradients.Checked));

    private static void Nothing(IEnumerable<string> names)
    {
        var left = string.Join(", ", names);
        Assert.True(left.Length == 0, $"Nobody checks the gradient of {left}.");
    }

    private static IEnumerable<string> Those<T>() => s_checked.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsClass && !type.IsAbstract && typeof(T).IsAssignableFrom(type)).Select(type => type.Name);

    private static IEnumerable<string> Words(IEnumerable<string> keys) => keys.Select(key => key.Split(',')[0]);

    private static bool Mentions(Type type) =>
        type == typeof(Tensor) || type == typeof(LossTerm) || type == typeof(VaeOutput)
        || (type.HasElementType && Mentions(type.GetElementType()!)) || (type.IsGenericType && type.GetGenericArguments().Any(Mentions));
}
