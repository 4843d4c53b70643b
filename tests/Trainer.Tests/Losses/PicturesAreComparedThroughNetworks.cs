using System.Security.Cryptography;
using FaceMix.ModelStore;
using FaceMix.Tests.Trainer.Gradients;
using FaceMix.Tests.Trainer.Training;
using FaceMix.Trainer;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Training;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using static FaceMix.Trainer.Export.GraphBuilder;
using static TorchSharp.torch;
using DataType = FaceMix.Trainer.Export.Onnx.TensorProto.Types.DataType;

namespace FaceMix.Tests.Trainer.Losses;

public sealed class PicturesAreComparedThroughNetworks
{
    private static readonly int[] s_vggIndices = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34];

    [Fact]
    public void A_network_from_an_ONNX_file_sees_what_ONNX_Runtime_sees()
    {
        using var folder = new TemporaryFolder();
        var path = WriteOnnx(folder);
        using var network = PerceptualNetworks.Open(new PerceptualOptions { Network = path, Layers = ["joined", "mean"] });
        using var scope = NewDisposeScope();
        var pictures = rand([2, 3, 17, 17]);

        var maps = network.Maps(pictures);

        Close(path, pictures, ["joined", "mean"], maps);
    }

    public static TheoryData<string> NodeNames => [.. PerceptualNetworksHaveTheirGradients.Nodes.Keys.Where(name => !name.EndsWith("old files", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(NodeNames))]
    public void And_so_in_every_kind_of_node(string name)
    {
        using var folder = new TemporaryFolder();
        var graph = new GraphBuilder("node");
        var last = PerceptualNetworksHaveTheirGradients.Nodes[name](graph, graph.Input("data", DataType.Float, null, 3, PerceptualNetworksHaveTheirGradients.Side, PerceptualNetworksHaveTheirGradients.Side));
        graph.Output(last, DataType.Float, null, null, null, null);
        var path = folder.File("node.onnx");
        File.WriteAllBytes(path, graph.ToBytes());
        using var network = PerceptualNetworks.Open(new PerceptualOptions { Network = path, Layers = [last] });
        using var scope = NewDisposeScope();
        var pictures = rand([2, 3, PerceptualNetworksHaveTheirGradients.Side, PerceptualNetworksHaveTheirGradients.Side]);

        Close(path, pictures, [last], network.Maps(pictures));
    }

    [Fact]
    public void With_no_layer_named_the_last_of_each_size_is_compared()
    {
        using var folder = new TemporaryFolder();
        using var network = PerceptualNetworks.Open(new PerceptualOptions { Network = WriteOnnx(folder) });

        Assert.EndsWith(", first, joined", network.Name, StringComparison.Ordinal);
    }

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
        var path = WriteOnnx(folder);
        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

        PerceptualNetworks.Open(new PerceptualOptions { Network = path, Sha256 = digest }).Dispose();
        Assert.Contains(digest, Refused(new PerceptualOptions { Network = path, Sha256 = new string('a', 64) }), StringComparison.Ordinal);
        Assert.Contains("pool9", Refused(new PerceptualOptions { Network = path, Layers = ["pool9"] }), StringComparison.Ordinal);
        Assert.Contains("block6_conv1", Refused(new PerceptualOptions { Network = WriteVgg(folder), Layers = ["block6_conv1"] }), StringComparison.Ordinal);
        Assert.Contains("no such file", Refused(new PerceptualOptions { Network = folder.File("nothing.onnx") }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_judge_looks_at_larger_pictures_too_and_its_verdict_is_a_term_of_the_loss()
    {
        using var run = new TrainingRun(TinyRun.Preset("perceptual.weight=0.5"), 1);
        run.Perceptual = new JudgeNetwork(new Judge(32, 5), 32, "judge-test");
        using var source = TinyRun.Faces(16);

        var report = run.Step(Measurement.ReadFaces(source, 16), 16, default, 0.5);

        Assert.False(report.Skipped);
        Assert.Equal(0.5, report.Terms.Single(term => term.Name == "perceptual").Weight);
        using var scope = NewDisposeScope();
        Assert.Equal([16L, 8, 4, 2], run.Perceptual.Maps(rand([1, 3, 64, 64])).Select(map => map.shape[3]));
    }

    // ONNX Runtime's opinion of the same pictures.
    private static void Close(string path, Tensor pictures, string[] values, IReadOnlyList<Tensor> maps)
    {
        using var session = new InferenceSession(path);
        var normalised = ((pictures - tensor([0.485f, 0.456f, 0.406f], [1, 3, 1, 1])) / tensor([0.229f, 0.224f, 0.225f], [1, 3, 1, 1])).contiguous().data<float>().ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(normalised, pictures.shape);
        using var run = new RunOptions();
        using var results = session.Run(run, ["data"], [input], values);
        for (var i = 0; i < maps.Count; i++)
        {
            var expected = results[i].GetTensorDataAsSpan<float>().ToArray();
            var actual = maps[i].contiguous().data<float>().ToArray();
            Assert.Equal(expected.Length, actual.Length);
            for (var n = 0; n < expected.Length; n++)
                Assert.Equal(expected[n], actual[n], 1e-4f);
        }
    }

    private static string Refused(PerceptualOptions options) => Assert.Throws<UsageException>(() => PerceptualNetworks.Open(options)).Message;

    // Two branches joined, as in SqueezeNet.
    private static string WriteOnnx(TemporaryFolder folder)
    {
        var graph = new GraphBuilder("squeeze");
        var x = graph.Input("data", DataType.Float, null, 3, 17, 17);
        string Conv(string name, string input, long from, long to, long kernel, long stride, params long[] pads) => graph.Node(
            "Conv",
            [input, graph.Constant($"{name}.weight", Numbers(name, to * from * kernel * kernel), to, from, kernel, kernel), graph.Constant($"{name}.bias", Numbers(name, to), to)],
            Attribute("kernel_shape", kernel, kernel), Attribute("strides", stride, stride), Attribute("pads", pads));
        x = graph.NodeNamed("first", "Relu", [Conv("a", x, 3, 4, 3, 2, 0, 0, 1, 1)]);
        x = graph.Node("MaxPool", [x], Attribute("kernel_shape", 3L, 3L), Attribute("strides", 2L, 2L));
        var left = graph.Node("Relu", [Conv("b", x, 4, 2, 1, 1, 0, 0, 0, 0)]);
        var right = graph.Node("LeakyRelu", [Conv("c", x, 4, 3, 3, 1, 1, 1, 1, 1)], Attribute("alpha", 0.1f));
        x = graph.NodeNamed("joined", "Concat", [left, right], Attribute("axis", 1L));
        graph.NodeNamed("mean", "GlobalAveragePool", [x]);
        graph.Output("joined", DataType.Float, null, 5, 3, 3);
        graph.Output("mean", DataType.Float, null, 5, 1, 1);
        File.WriteAllBytes(folder.File("network.onnx"), graph.ToBytes());
        return folder.File("network.onnx");
    }

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
