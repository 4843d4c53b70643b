using FaceMix.ModelStore;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Training;
using Xunit;
using static FaceMix.Trainer.Export.GraphBuilder;
using static TorchSharp.torch;
using DataType = FaceMix.Trainer.Export.Onnx.TensorProto.Types.DataType;

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
        ["OnnxNetwork"] = folder => new OnnxNetwork(WriteOnnx(folder, Squeeze, 32), ["first", "joined"], Digest),
    };

    /// <summary>Each kind of node in an ONNX file, given a graph and its input [N, 3, 12, 12].</summary>
    internal static Dictionary<string, Func<GraphBuilder, string, string>> Nodes { get; } = new(StringComparer.Ordinal)
    {
        ["Conv"] = (graph, x) => Conv(graph, x, "conv", 3, 4, 3, 2, 1, 1, 1, 1),
        ["Conv, padded on one side"] = (graph, x) => Conv(graph, x, "conv", 3, 4, 3, 2, 0, 0, 1, 1),
        ["Relu"] = (graph, x) => graph.Node("Relu", [x]),
        ["LeakyRelu"] = (graph, x) => graph.Node("LeakyRelu", [x], Attribute("alpha", 0.1f)),
        ["Sigmoid"] = (graph, x) => graph.Node("Sigmoid", [x]),
        ["Clip"] = (graph, x) => graph.Node("Clip", [x, graph.Constant("low", [-0.5f]), graph.Constant("high", [1f])]),
        ["Clip, of old files"] = (graph, x) => graph.Node("Clip", [x], Attribute("min", -0.5f), Attribute("max", 1f)),
        ["MaxPool"] = (graph, x) => graph.Node("MaxPool", [x], Attribute("kernel_shape", 3L, 3L), Attribute("strides", 2L, 2L), Attribute("pads", 1L, 1L, 1L, 1L)),
        ["AveragePool"] = (graph, x) => graph.Node("AveragePool", [x], Attribute("kernel_shape", 2L, 2L), Attribute("strides", 2L, 2L)),
        ["AveragePool, padded"] = (graph, x) => graph.Node("AveragePool", [x], Attribute("kernel_shape", 3L, 3L), Attribute("strides", 2L, 2L), Attribute("pads", 0L, 1L, 1L, 1L)),
        ["AveragePool, padded and counted"] = (graph, x) => graph.Node(
            "AveragePool", [x], Attribute("kernel_shape", 3L, 3L), Attribute("strides", 2L, 2L), Attribute("pads", 1L, 1L, 1L, 1L), Attribute("count_include_pad", 1L)),
        ["GlobalAveragePool"] = (graph, x) => graph.Node("GlobalAveragePool", [x]),
        ["BatchNormalization"] = (graph, x) => graph.Node(
            "BatchNormalization", [x, graph.Constant("scale", [1f, 2f, -1f], 3), graph.Constant("shift", [0.5f, 0f, 1f], 3), graph.Constant("mean", [0.1f, 0.2f, 0.3f], 3), graph.Constant("variance", [1f, 2f, 0.5f], 3)]),
        ["Concat"] = (graph, x) => graph.Node("Concat", [x, graph.Node("Sigmoid", [x])], Attribute("axis", 1L)),
        ["Add"] = (graph, x) => graph.Node("Add", [x, graph.Node("Sigmoid", [x])]),
        ["Sub"] = (graph, x) => graph.Node("Sub", [x, graph.Node("Sigmoid", [x])]),
        ["Mul"] = (graph, x) => graph.Node("Mul", [x, graph.Node("Sigmoid", [x])]),
        ["Div"] = (graph, x) => graph.Node("Div", [x, graph.Node("Sigmoid", [x])]),
        ["Dropout"] = (graph, x) => graph.Node("Dropout", [x]),
        ["Identity"] = (graph, x) => graph.Node("Identity", [x]),
        ["Cast"] = (graph, x) => graph.Node("Cast", [x], Attribute("to", (long)DataType.Float)),
    };

    /// <summary>Height and width of what <see cref="Nodes"/> are given.</summary>
    internal const int Side = 12;

    public static TheoryData<string> NetworkNames => [.. Networks.Keys];

    public static TheoryData<string> NodeNames => [.. Nodes.Keys];

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

    [Theory]
    [MemberData(nameof(NodeNames))]
    public void Through_every_kind_of_node_in_an_ONNX_file(string name)
    {
        using var folder = new TemporaryFolder();
        manual_seed(5);
        using var scope = NewDisposeScope();
        using var network = new OnnxNetwork(WriteOnnx(folder, (graph, x) => graph.NodeNamed("last", "Identity", [Nodes[name](graph, x)]), Side), ["last"], Digest);
        var picture = Given.Pictures(2, 3, Side, Side);

        GradientCheck.Holds(() => network.Maps(picture)[0].square().sum(), [("the picture", picture)], elements: 40);
    }

    private static JudgeNetwork OfJudge(int size)
    {
        var judge = new Judge(size, 4);
        Given.Prepare(judge);
        return new JudgeNetwork(judge, size, "judge-test");
    }

    // Two branches joined, as in SqueezeNet.
    private static string Squeeze(GraphBuilder graph, string x)
    {
        x = graph.NodeNamed("first", "Relu", [Conv(graph, x, "a", 3, 4, 3, 2, 0, 0, 1, 1)]);
        x = graph.Node("MaxPool", [x], Attribute("kernel_shape", 3L, 3L), Attribute("strides", 2L, 2L));
        var left = graph.Node("Relu", [Conv(graph, x, "b", 4, 2, 1, 1, 0, 0, 0, 0)]);
        var right = graph.Node("LeakyRelu", [Conv(graph, x, "c", 4, 3, 3, 1, 1, 1, 1, 1)], Attribute("alpha", 0.1f));
        return graph.NodeNamed("joined", "Concat", [left, right], Attribute("axis", 1L));
    }

    private static string Conv(GraphBuilder graph, string x, string name, long from, long to, long kernel, long stride, params long[] pads) => graph.Node(
        "Conv",
        [x, graph.Constant($"{name}.weight", Numbers(name, to * from * kernel * kernel), to, from, kernel, kernel), graph.Constant($"{name}.bias", Numbers(name, to), to)],
        Attribute("kernel_shape", kernel, kernel), Attribute("strides", stride, stride), Attribute("pads", pads));

    private static string WriteOnnx(TemporaryFolder folder, Func<GraphBuilder, string, string> build, int side)
    {
        var graph = new GraphBuilder("network");
        build(graph, graph.Input("data", DataType.Float, null, 3, side, side));
        File.WriteAllBytes(folder.File("network.onnx"), graph.ToBytes());
        return folder.File("network.onnx");
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
