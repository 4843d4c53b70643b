using FaceMix.Latents;
using FaceMix.ModelStore.Safetensors;
using FaceMix.Networks;
using FaceMix.Trainer.Losses.Perceptual;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

/// <summary>Pictures that are compared through a network of another's: small ones with the same layers.</summary>
public sealed class PerceptualNetworksHaveTheirGradients
{
    // Only its beginning is looked at, for a name.
    private const string Digest = "00000000";

    private static readonly string[] s_vgg = [.. Enumerable.Range(1, 5).SelectMany(block => Enumerable.Range(1, block < 3 ? 2 : 4).Select(conv => $"block{block}_conv{conv}"))];

    /// <summary>Kinds of network; another one is another line.</summary>
    internal static Dictionary<string, Func<TemporaryFolder, IPerceptualNetwork>> Networks { get; } = new(StringComparer.Ordinal)
    {
        ["JudgeNetwork"] = _ => OfJudge(32),
        ["JudgeNetwork, of half the size"] = _ => OfJudge(16),
        ["JudgeNetwork, of another size"] = _ => OfJudge(24),
        ["Vgg19Network"] = folder => new Vgg19Network(WriteVgg(folder), s_vgg, Digest),
    };

    public static TheoryData<string> NetworkNames => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(NetworkNames))]
    public void By_the_picture_in_colour_and_in_grey(string name)
    {
        using var folder = new TemporaryFolder();
        manual_seed(5);
        using var scope = NewDisposeScope();
        using var network = Networks[name](folder);
        foreach (var channels in new[] { 3, 1 })
        {
            var (picture, target) = (Given.Pictures(1, channels, 32, 32), Given.Pictures(1, channels, 32, 32).detach());
            GradientCheck.Holds(() => PerceptualLoss.Of(network, picture, target) * 100, [("the picture", picture)], elements: 40);
        }
    }

    private static JudgeNetwork OfJudge(int size)
    {
        var judge = new Judge(size, 4);
        Given.Prepare(judge);
        return new JudgeNetwork(judge, size, "judge-test");
    }

    // VGG19's sixteen convolutions with few channels; in torchvision's list a ReLU follows each, and a pooling each block.
    private static string WriteVgg(TemporaryFolder folder)
    {
        var (arrays, index) = (new List<SafetensorsTensor>(), 0);
        foreach (var layer in s_vgg)
        {
            if (layer.EndsWith("conv1", StringComparison.Ordinal) && index > 0)
                index++;
            var from = index == 0 ? 3 : 4;
            arrays.Add(SafetensorsTensor.Of($"features.{index}.weight", [4, from, 3, 3], [.. Numbers(layer, 4 * from * 9).Select(number => number * 0.3f)]));
            arrays.Add(SafetensorsTensor.Of($"features.{index}.bias", [4], Numbers(layer, 4)));
            index += 2;
        }
        SafetensorsWriter.Write(folder.File("vgg19.safetensors"), arrays);
        return folder.File("vgg19.safetensors");
    }

    private static float[] Numbers(string name, long count) => Noise.Normal((ulong)name.Sum(letter => letter), 0, (int)count);
}
