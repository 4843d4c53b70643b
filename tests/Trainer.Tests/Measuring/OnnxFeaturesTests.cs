using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.Networks;
using FaceMix.Tests.Trainer.Training;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Measuring;
using Xunit;
using static FaceMix.Trainer.Export.GraphBuilder;
using static TorchSharp.torch;
using DataType = FaceMix.Trainer.Export.Onnx.TensorProto.Types.DataType;

namespace FaceMix.Tests.Trainer.Measuring;

public sealed class OnnxFeaturesTests
{
    private const int Size = 32;
    private const int Faces = 19;

    private static readonly float[] s_weight = Noise.Normal(7, 0, 5 * 3 * 9);

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Its_features_are_those_that_the_same_network_of_tensors_has(int fixedBatch)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, fixedBatch);
        using var source = TinyRun.Faces(Faces);
        var rgb = source.ReadSpread(Faces);

        using var features = OnnxFeatures.Open(path, 1);
        var actual = features.Features(rgb, Size);

        // The network's own mean, and its last map averaged by whoever asks for it, are the same.
        using var inner = OnnxFeatures.Open($"{path}:maps", 1);
        Assert.Equal((5, 5), (features.Width, inner.Width));
        Close(actual, inner.Features(rgb, Size));
        using var scope = NewDisposeScope();
        var pictures = ImageNet.Normalise((Pixels.ToTensor(rgb, Faces, Size) + 1) / 2);
        var maps = nn.functional.relu(nn.functional.conv2d(pictures, tensor(s_weight, [5, 3, 3, 3]), strides: [2, 2]));
        Close(maps.mean([2, 3]).data<float>().ToArray(), actual);
        Assert.Contains(Digest(path)[..8], features.Name, StringComparison.Ordinal);
        Assert.Contains(":maps", inner.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Larger_and_smaller_faces_are_brought_to_its_size()
    {
        using var folder = new TemporaryFolder();
        using var features = OnnxFeatures.Open(Write(folder, 0), 1);
        // One colour stays that colour at any size.
        static byte[] Plain(int size) => [.. Enumerable.Repeat(new byte[] { 200, 100, 50 }, size * size).SelectMany(pixel => pixel)];

        var same = features.Features(Plain(Size), Size);

        Close(same, features.Features(Plain(64), 64));
        Close(same, features.Features(Plain(16), 16));
    }

    [Fact]
    public void A_missing_file_another_digest_and_what_is_no_network_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, 0);
        File.WriteAllText(folder.File("page.onnx"), "<html>Quota exceeded</html>");

        OnnxFeatures.Open(path, 1, Digest(path).ToUpperInvariant()).Dispose();
        Assert.Contains("no feature network", Assert.Throws<ValidationException>(() => OnnxFeatures.Open(folder.File("none.onnx"), 1)).Message, StringComparison.Ordinal);
        Assert.Contains(Digest(path), Assert.Throws<ValidationException>(() => OnnxFeatures.Open(path, 1, new string('a', 64))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be used", Assert.Throws<InvalidDataException>(() => OnnxFeatures.Open(folder.File("page.onnx"), 1)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be used", Assert.Throws<InvalidDataException>(() => OnnxFeatures.Open($"{path}:nowhere", 1)).Message, StringComparison.Ordinal);
    }

    private static string Write(TemporaryFolder folder, int batch)
    {
        var graph = new GraphBuilder("small");
        var x = graph.Input("data", DataType.Float, batch > 0 ? batch : null, 3, Size, Size);
        var weight = graph.Constant("weight", s_weight, 5, 3, 3, 3);
        x = graph.NodeNamed("maps", "Relu", [graph.Node("Conv", [x, weight], Attribute("kernel_shape", 3L, 3L), Attribute("strides", 2L, 2L))]);
        graph.NodeNamed("mean", "GlobalAveragePool", [x]);
        graph.Output("mean", DataType.Float, batch > 0 ? batch : null, 5, 1, 1);
        File.WriteAllBytes(folder.File("small.onnx"), graph.ToBytes());
        return folder.File("small.onnx");
    }

    private static string Digest(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-3f);
    }
}
