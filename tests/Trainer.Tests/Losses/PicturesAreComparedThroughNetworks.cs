using System.Security.Cryptography;
using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.ModelStore.Safetensors;
using FaceMix.Networks;
using FaceMix.Tests.Trainer.Training;
using FaceMix.Trainer;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Losses;

public sealed class PicturesAreComparedThroughNetworks
{
    private static readonly int[] s_vggIndices = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34];

    [Fact]
    public void The_picture_learns_and_neither_target_nor_network_does()
    {
        using var folder = new TemporaryFolder();
        using var network = new Vgg19Network(WriteVgg(folder), ["block1_conv1", "block5_conv2"], new string('0', 64));
        using var scope = NewDisposeScope();
        var (picture, target) = (rand([1, 1, 32, 32]), rand([1, 1, 32, 32]));
        picture.requires_grad = true;
        target.requires_grad = true;

        PerceptualLoss.Of(network, picture, target).backward();

        Assert.True(picture.grad!.abs().sum().item<float>() > 0);
        Assert.Null(target.grad);
        Assert.Equal(0, PerceptualLoss.Of(network, target, target).item<float>());
    }

    [Fact]
    public void The_layers_of_VGG19_are_halved_before_each_block()
    {
        using var folder = new TemporaryFolder();
        using var network = new Vgg19Network(WriteVgg(folder), [], new string('0', 64));
        using var scope = NewDisposeScope();

        Assert.Equal([64L, 32, 16, 8, 4], network.Maps(rand([1, 3, 64, 64])).Select(map => map.shape[3]));
        Assert.EndsWith("block1_conv2, block2_conv2, block3_conv4, block4_conv4, block5_conv4", network.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_another_digest_or_an_unknown_layer_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = WriteVgg(folder);
        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

        PerceptualNetworks.Open(new PerceptualOptions { Network = path, Sha256 = digest }).Dispose();
        Assert.Contains(digest, Refused(new PerceptualOptions { Network = path, Sha256 = new string('a', 64) }), StringComparison.Ordinal);
        Assert.Contains("block6_conv1", Refused(new PerceptualOptions { Network = path, Layers = ["block6_conv1"] }), StringComparison.Ordinal);
        Assert.Contains("no such file", Refused(new PerceptualOptions { Network = folder.File("nothing.safetensors") }), StringComparison.Ordinal);
        Assert.Contains("ends with .safetensors", Refused(new PerceptualOptions { Network = folder.File("network.onnx") }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_judge_looks_at_larger_pictures_too_and_its_verdict_is_a_term_of_the_loss()
    {
        using var run = new TrainingRun(TinyRun.Preset("perceptual.weight=0.5"), 1);
        run.Perceptual = new JudgeNetwork(new Judge(32, 5), 32, "judge-test");
        using var source = TinyRun.Faces(16);

        var report = run.Step(source.ReadSpread(16), 16, default, 0.5);

        Assert.False(report.Skipped);
        Assert.Equal(0.5, report.Terms.Single(term => term.Name == "perceptual").Weight);
        using var scope = NewDisposeScope();
        Assert.Equal([16L, 8, 4, 2], run.Perceptual.Maps(rand([1, 3, 64, 64])).Select(map => map.shape[3]));
    }

    private static string Refused(PerceptualOptions options) => Assert.Throws<UsageException>(() => PerceptualNetworks.Open(options)).Message;

    private static string WriteVgg(TemporaryFolder folder)
    {
        var arrays = s_vggIndices.SelectMany((index, i) => new[]
        {
            SafetensorsTensor.Of($"features.{index}.weight", [4, i == 0 ? 3 : 4, 3, 3], Numbers($"{index}", 4 * (i == 0 ? 3 : 4) * 9)),
            SafetensorsTensor.Of($"features.{index}.bias", [4], Numbers($"{index}", 4)),
        });
        SafetensorsWriter.Write(folder.File("vgg19.safetensors"), arrays);
        return folder.File("vgg19.safetensors");
    }

    private static float[] Numbers(string name, long count) => Noise.Normal((ulong)name.Sum(letter => letter), 0, (int)count);
}
