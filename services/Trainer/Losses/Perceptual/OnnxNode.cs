using FaceMix.Trainer.Export.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Losses.Perceptual;

/// <summary>The nodes of classifiers' convolutional parts as tensor operations.</summary>
internal static class OnnxNode
{
    private static readonly Dictionary<string, Func<NodeProto, Tensor[], Tensor>> s_kinds = new(StringComparer.Ordinal)
    {
        ["Conv"] = Conv,
        ["Relu"] = (_, x) => functional.relu(x[0]),
        ["LeakyRelu"] = (node, x) => functional.leaky_relu(x[0], Number(node, "alpha", 0.01f)),
        ["Sigmoid"] = (_, x) => x[0].sigmoid(),
        ["Clip"] = Clip,
        ["MaxPool"] = (node, x) => Pool(node, x[0], float.NegativeInfinity, (padded, kernel, strides, ceil) => functional.max_pool2d(padded, kernel, strides, ceil_mode: ceil)),
        ["AveragePool"] = AveragePool,
        ["GlobalAveragePool"] = (_, x) => functional.adaptive_avg_pool2d(x[0], 1),
        ["BatchNormalization"] = (node, x) => functional.batch_norm(x[0], x[3], x[4], x[1], x[2], eps: Number(node, "epsilon", 1e-5f)),
        ["Concat"] = (node, x) => cat(x, Whole(node, "axis", 1)),
        ["Add"] = (_, x) => x[0] + x[1],
        ["Sub"] = (_, x) => x[0] - x[1],
        ["Mul"] = (_, x) => x[0] * x[1],
        ["Div"] = (_, x) => x[0] / x[1],
        ["Dropout"] = (_, x) => x[0],
        ["Identity"] = (_, x) => x[0],
        // Half precision in the file is single precision here.
        ["Cast"] = (_, x) => x[0],
    };

    public static IEnumerable<string> Kinds => s_kinds.Keys;

    public static bool Knows(string kind) => s_kinds.ContainsKey(kind);

    /// <param name="node">Of a known kind.</param>
    /// <param name="value">Finds its inputs.</param>
    public static Tensor Run(NodeProto node, Func<string, Tensor> value) =>
        s_kinds[node.OpType](node, [.. node.Input.Where(name => name.Length > 0).Select(value)]);

    private static Tensor Conv(NodeProto node, Tensor[] x)
    {
        var (padded, left) = Pad(node, x[0], 0);
        return functional.conv2d(
            padded, x[1], x.Length > 2 ? x[2] : null, Numbers(node, "strides", [1, 1]), left, Numbers(node, "dilations", [1, 1]), Whole(node, "group", 1));
    }

    private static Tensor Clip(NodeProto node, Tensor[] x)
    {
        // Before opset 11 the limits were attributes.
        var low = x.Length > 1 ? (float)x[1] : Number(node, "min", float.MinValue);
        var high = x.Length > 2 ? (float)x[2] : Number(node, "max", float.MaxValue);
        return x[0].clamp(low, high);
    }

    private static Tensor AveragePool(NodeProto node, Tensor[] x)
    {
        Tensor Mean(Tensor maps) => Pool(node, maps, 0, (padded, kernel, strides, ceil) => functional.avg_pool2d(padded, kernel, strides, ceil_mode: ceil));
        // Cells that were only added count for nothing, unless the file says that they do.
        return Whole(node, "count_include_pad", 0) != 0 || Numbers(node, "pads", [0]).All(pad => pad == 0)
            ? Mean(x[0])
            : Mean(x[0]) / Mean(ones_like(x[0]));
    }

    private static Tensor Pool(NodeProto node, Tensor x, float border, Func<Tensor, long[], long[], bool, Tensor> pool)
    {
        var pads = Numbers(node, "pads", [0, 0, 0, 0]);
        if (pads.Any(pad => pad > 0))
            x = functional.pad(x, [pads[1], pads[3], pads[0], pads[2]], value: border);
        var kernel = Numbers(node, "kernel_shape", [1, 1]);
        return pool(x, kernel, Numbers(node, "strides", [1, 1]), Whole(node, "ceil_mode", 0) != 0);
    }

    // What is alike on both sides is left to the convolution.
    private static (Tensor Padded, long[] Left) Pad(NodeProto node, Tensor x, float border)
    {
        var pads = Numbers(node, "pads", [0, 0, 0, 0]);
        if (node.Attribute.Any(attribute => attribute.Name == "auto_pad" && attribute.S.ToStringUtf8() is not ("NOTSET" or "VALID" or "")))
            throw new InvalidDataException($"\"{node.Output[0]}\" is padded by auto_pad, which is not read.");
        return pads[0] == pads[2] && pads[1] == pads[3] ? (x, [pads[0], pads[1]]) : (functional.pad(x, [pads[1], pads[3], pads[0], pads[2]], value: border), [0, 0]);
    }

    private static float Number(NodeProto node, string name, float otherwise) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.F ?? otherwise;

    private static long Whole(NodeProto node, string name, long otherwise) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.I ?? otherwise;

    private static long[] Numbers(NodeProto node, string name, long[] otherwise) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name) is { } found ? [.. found.Ints] : otherwise;
}
