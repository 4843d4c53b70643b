using FaceMix.Trainer.Models;
using static FaceMix.Trainer.Export.GraphBuilder;
using DataType = FaceMix.Trainer.Export.Onnx.TensorProto.Types.DataType;

namespace FaceMix.Trainer.Export;

/// <summary>Writes a trained <see cref="FaceMixVae"/> as two ONNX files; batch norm is folded into the convolutions before it.</summary>
public static class FaceMixExport
{
    // Of nn.BatchNorm2d.
    private const double NormEpsilon = 1e-5;

    /// <summary>z float32 [N, latent] → image uint8 [N, H, W, 3]. A latent that is not a number gives a mid-grey picture, not a random one.</summary>
    public static byte[] Decoder(FaceMixOptions options, Weights weights)
    {
        var graph = new GraphBuilder("decoder");
        var z = graph.Input("z", DataType.Float, null, options.Latent);
        var x = Dense(graph, weights, "decoder.dense", z);
        x = graph.Node("Reshape", [x, graph.Constant("base_shape", [-1L, options.Decoder[0], FaceMixOptions.BaseSize, FaceMixOptions.BaseSize])]);
        graph.Constant("style_axes", [2L, 3L]);
        graph.Constant("twice", [1f, 1f, 2f, 2f], 4);
        for (var i = 0; i < options.Decoder.Count - 1; i++)
            x = Block(graph, weights, $"decoder.blocks.{i}", x, z, spread: i == options.Decoder.Count - 2);
        x = Convolution(graph, "decoder.picture", x, weights["decoder.picture.weight"], weights["decoder.picture.bias"].Values, stride: 1);
        x = PixelShuffle(graph, x);
        x = graph.Node("Add", [graph.Node("Mul", [x, graph.Constant("half_range", [127.5f])]), "half_range"]);
        x = graph.Node("Where", [graph.Node("IsNaN", [x]), "half_range", x]);
        x = graph.Node("Clip", [x, graph.Constant("black", [0f]), graph.Constant("white", [255f])]);
        x = graph.Node("Cast", [graph.Node("Round", [x])], Attribute("to", (long)DataType.Uint8));
        graph.NodeNamed("image", "Transpose", [x], Attribute("perm", 0L, 2L, 3L, 1L));
        graph.Output("image", DataType.Uint8, null, options.ImageSize, options.ImageSize, 3);
        return graph.ToBytes();
    }

    /// <summary>image uint8 [N, H, W, 3] → mean and logvar float32 [N, latent].</summary>
    public static byte[] Encoder(FaceMixOptions options, Weights weights)
    {
        var graph = new GraphBuilder("encoder");
        var x = graph.Input("image", DataType.Uint8, null, options.ImageSize, options.ImageSize, 3);
        x = graph.Node("Cast", [x], Attribute("to", (long)DataType.Float));
        x = graph.Node("Mul", [x, graph.Constant("pixel_scale", [1 / 127.5f])]);
        x = graph.Node("Sub", [x, graph.Constant("one", [1f])]);
        x = graph.Node("Transpose", [x], Attribute("perm", 0L, 3L, 1L, 2L));
        x = graph.Node("SpaceToDepth", [x], Attribute("blocksize", 2L));
        for (var i = 0; i < options.Encoder.Count; i++)
        {
            var (weight, bias) = FoldAffine(weights, $"encoder.convs.{i}.weight", $"encoder.norms.{i}");
            if (i == 0)
                weight = DepthOrder(weight);
            x = Leaky(graph, Convolution(graph, $"encoder.convs.{i}", x, weight, bias, stride: i == 0 ? 1 : 2));
        }
        x = graph.Node("Flatten", [x], Attribute("axis", 1L));
        Dense(graph, weights, "encoder.mean", x, "mean");
        graph.NodeNamed("logvar", "Clip", [
            Dense(graph, weights, "encoder.logvar", x),
            graph.Constant("logvar_low", [(float)-FaceMixEncoder.LogvarLimit]),
            graph.Constant("logvar_high", [(float)FaceMixEncoder.LogvarLimit])]);
        graph.Output("mean", DataType.Float, null, options.Latent);
        graph.Output("logvar", DataType.Float, null, options.Latent);
        return graph.ToBytes();
    }

    private static string Block(GraphBuilder graph, Weights weights, string name, string x, string z, bool spread)
    {
        var (weight1, bias1) = FoldPlain(weights, $"{name}.conv1.weight", $"{name}.norm1.norm", spread ? 4 : 1);
        var y = spread
            ? PixelShuffle(graph, Convolution(graph, $"{name}.conv1", x, weight1, bias1, stride: 1))
            : Convolution(graph, $"{name}.conv1", Twice(graph, x), weight1, bias1, stride: 1);
        y = Leaky(graph, Style(graph, weights, $"{name}.norm1", y, z));
        var (weight2, bias2) = FoldPlain(weights, $"{name}.conv2.weight", $"{name}.norm2.norm", 1);
        y = Style(graph, weights, $"{name}.norm2", Convolution(graph, $"{name}.conv2", y, weight2, bias2, stride: 1), z);
        var shortcut = Convolution(graph, $"{name}.shortcut", x, weights[$"{name}.shortcut.weight"], weights[$"{name}.shortcut.bias"].Values, stride: 1);
        return Leaky(graph, graph.Node("Add", [y, Twice(graph, shortcut)]));
    }

    // x·(1 + γ) + β; the 1 is added to γ's bias.
    private static string Style(GraphBuilder graph, Weights weights, string name, string x, string z)
    {
        var h = Leaky(graph, Dense(graph, weights, $"{name}.hidden", z));
        var (weight, bias) = (weights[$"{name}.style.weight"], weights[$"{name}.style.bias"].Values);
        var (channels, width) = ((int)weight.Shape[0] / 2, (int)weight.Shape[1]);
        var gamma = Gemm(graph, $"{name}.gamma", h, weight.Values.AsSpan(0, channels * width), [.. bias[..channels].Select(b => b + 1)], channels, width);
        var beta = Gemm(graph, $"{name}.beta", h, weight.Values.AsSpan(channels * width), bias[channels..], channels, width);
        x = graph.Node("Mul", [x, graph.Node("Unsqueeze", [gamma, "style_axes"])]);
        return graph.Node("Add", [x, graph.Node("Unsqueeze", [beta, "style_axes"])]);
    }

    private static string Dense(GraphBuilder graph, Weights weights, string name, string x, string? output = null)
    {
        var weight = weights[$"{name}.weight"];
        return Gemm(graph, name, x, weight.Values, weights[$"{name}.bias"].Values, weight.Shape[0], weight.Shape[1], output);
    }

    private static string Gemm(GraphBuilder graph, string name, string x, ReadOnlySpan<float> weight, float[] bias, long rows, long columns, string? output = null)
    {
        string[] inputs = [x, graph.Constant($"{name}.weight", weight, rows, columns), graph.Constant($"{name}.bias", bias, rows)];
        return output is null ? graph.Node("Gemm", inputs, Attribute("transB", 1L)) : graph.NodeNamed(output, "Gemm", inputs, Attribute("transB", 1L));
    }

    private static string Convolution(GraphBuilder graph, string name, string x, Weight weight, float[] bias, long stride)
    {
        var kernel = weight.Shape[2];
        var pad = kernel / 2;
        return graph.Node(
            "Conv",
            [x, graph.Constant($"{name}.weight", weight.Values, [.. weight.Shape]), graph.Constant($"{name}.bias", bias, bias.Length)],
            Attribute("kernel_shape", kernel, kernel),
            Attribute("strides", stride, stride),
            Attribute("pads", pad, pad, pad, pad));
    }

    private static string Leaky(GraphBuilder graph, string x) => graph.Node("LeakyRelu", [x], Attribute("alpha", (float)FaceMixEncoder.Slope));

    private static string PixelShuffle(GraphBuilder graph, string x) =>
        graph.Node("DepthToSpace", [x], Attribute("blocksize", 2L), Attribute("mode", "CRD"));

    private static string Twice(GraphBuilder graph, string x) => graph.Node(
        "Resize",
        [x, string.Empty, "twice"],
        Attribute("mode", "nearest"),
        Attribute("coordinate_transformation_mode", "asymmetric"),
        Attribute("nearest_mode", "floor"));

    // (W*x - m) / s: what batch norm without an affine does. `share` output channels of the convolution become one channel of the norm.
    private static (Weight Weight, float[] Bias) FoldPlain(Weights weights, string conv, string norm, int share)
    {
        var (mean, variance) = (weights[$"{norm}.running_mean"].Values, weights[$"{norm}.running_var"].Values);
        return Fold(weights[conv], mean.Length, share, (channel, scale) => (scale, -mean[channel] * scale), variance);
    }

    // (W*x - m) / s·w + b.
    private static (Weight Weight, float[] Bias) FoldAffine(Weights weights, string conv, string norm)
    {
        var (mean, variance) = (weights[$"{norm}.running_mean"].Values, weights[$"{norm}.running_var"].Values);
        var (gain, shift) = (weights[$"{norm}.weight"].Values, weights[$"{norm}.bias"].Values);
        return Fold(weights[conv], mean.Length, 1, (channel, scale) => (scale * gain[channel], shift[channel] - (mean[channel] * scale * gain[channel])), variance);
    }

    private static (Weight Weight, float[] Bias) Fold(
        Weight conv, int channels, int share, Func<int, double, (double Scale, double Bias)> affine, float[] variance)
    {
        var values = (float[])conv.Values.Clone();
        var bias = new float[conv.Shape[0]];
        var each = values.Length / bias.Length;
        if (bias.Length != channels * share)
            throw new InvalidDataException($"A convolution with {bias.Length} output channels cannot feed a norm over {channels}.");
        for (var output = 0; output < bias.Length; output++)
        {
            var (scale, offset) = affine(output / share, 1 / Math.Sqrt(variance[output / share] + NormEpsilon));
            bias[output] = (float)offset;
            foreach (ref var value in values.AsSpan(output * each, each))
                value = (float)(value * scale);
        }
        return (conv with { Values = values }, bias);
    }

    // SpaceToDepth puts the four cells first and the colours inside, pixel_unshuffle the other way round.
    private static Weight DepthOrder(Weight conv)
    {
        var (outputs, inputs, cells) = ((int)conv.Shape[0], (int)conv.Shape[1], (int)(conv.Shape[2] * conv.Shape[3]));
        var values = new float[conv.Values.Length];
        for (var output = 0; output < outputs; output++)
        {
            for (var colour = 0; colour < inputs / 4; colour++)
            {
                for (var cell = 0; cell < 4; cell++)
                {
                    var from = ((output * inputs) + (colour * 4) + cell) * cells;
                    var to = ((output * inputs) + (cell * (inputs / 4)) + colour) * cells;
                    conv.Values.AsSpan(from, cells).CopyTo(values.AsSpan(to));
                }
            }
        }
        return conv with { Values = values };
    }
}
