using FaceMix.Networks;
using FaceMix.Networks.Layers;
using static FaceMix.Trainer.Export.GraphBuilder;

namespace FaceMix.Trainer.Export;

/// <summary>
/// Reads a network as an ONNX graph. Spectral norm is divided out of the weights; batch norm is folded into the layer before
/// it, or, where there is none, into the scale and shift behind it.
/// </summary>
/// <param name="graph">Takes the nodes.</param>
/// <param name="conventions">Of the network.</param>
/// <param name="weights">Its arrays.</param>
/// <param name="prefix">Of their names, such as <c>decoder.</c>.</param>
internal sealed class GraphLayers(GraphBuilder graph, Conventions conventions, Weights weights, string prefix) : ILayers<GraphValue>
{
    private readonly HashSet<string> _shared = [];

    /// <summary>A value that is in the graph already.</summary>
    public static GraphValue Existing(string name, Shape shape) => new(shape) { Name = name };

    /// <summary>Puts a planned value into the graph.</summary>
    /// <param name="value">Planned or there.</param>
    /// <param name="output">Its name there; null: any.</param>
    /// <returns>Its name.</returns>
    public string Emit(GraphValue value, string? output = null)
    {
        if (value.Name is not null)
            return output is null ? value.Name : graph.NodeNamed(output, "Identity", [value.Name]);
        return value.Name = value.Linear is { } linear ? Emit(linear, output) : Emit(value.Affine!, value.Shape, output);
    }

    public GraphValue Conv(string name, GraphValue x, int channels, int kernel, int stride = 1, bool bias = true, bool spectral = false)
    {
        var weight = WeightOf(name, spectral);
        if (x.CellsFirst)
            weight = CellsFirst(weight);
        var (top, bottom) = conventions.Padding(x.Shape.Height, kernel, stride);
        var (left, right) = conventions.Padding(x.Shape.Width, kernel, stride);
        var output = new Shape(channels, ((x.Shape.Height + top + bottom - kernel) / stride) + 1, ((x.Shape.Width + left + right - kernel) / stride) + 1);
        return new GraphValue(output)
        {
            Linear = new Linear(LinearKind.Conv, prefix + name, Emit(x), weight, BiasOf(name, bias, channels), stride, [top, left, bottom, right], 1),
        };
    }

    public GraphValue ConvTranspose(string name, GraphValue x, int channels, int kernel, int stride, bool bias = true)
    {
        var (before, after) = conventions.Crop(kernel, stride);
        return new GraphValue(new Shape(channels, x.Shape.Height * stride, x.Shape.Width * stride))
        {
            Linear = new Linear(
                LinearKind.ConvTranspose, prefix + name, Emit(Plain(x)), WeightOf(name, spectral: false), BiasOf(name, bias, channels), stride, [before, before, after, after], 1),
        };
    }

    public GraphValue Dense(string name, GraphValue x, int width, bool spectral = false) => new(new Shape(width))
    {
        Linear = new Linear(LinearKind.Dense, prefix + name, Emit(Plain(x)), WeightOf(name, spectral), BiasOf(name, true, width), 1, [], 1),
    };

    public GraphValue Norm(string name, GraphValue x, bool affine = true)
    {
        var (mean, variance) = (weights[$"{prefix}{name}.running_mean"].Values, weights[$"{prefix}{name}.running_var"].Values);
        var scale = new double[mean.Length];
        var shift = new double[mean.Length];
        for (var i = 0; i < mean.Length; i++)
        {
            scale[i] = (affine ? weights[$"{prefix}{name}.weight"].Values[i] : 1) / Math.Sqrt(variance[i] + conventions.NormEpsilon);
            shift[i] = (affine ? weights[$"{prefix}{name}.bias"].Values[i] : 0) - (mean[i] * scale[i]);
        }
        // Once the layer before it is in the graph, somebody else uses its plain output.
        return x.Name is null && x.Linear is { } linear
            ? new GraphValue(x.Shape) { Linear = linear.Then(scale, shift) }
            : new GraphValue(x.Shape) { Affine = new Affine(prefix + name, Emit(Plain(x)), scale, shift) };
    }

    public GraphValue Modulate(GraphValue x, GraphValue gamma, GraphValue beta)
    {
        var one = Shared("modulate_one", 1);
        var scale = graph.Node("Add", [Emit(gamma), one]);
        var shift = Emit(beta);
        string map;
        if (x.Name is null && x.Affine is { } affine)
        {
            // (x·a + b)·(1 + γ) + β = x·(a·(1 + γ)) + (b·(1 + γ) + β): the norm's work is done on [N, C], not on maps.
            shift = graph.Node("Add", [graph.Node("Mul", [scale, Vector($"{affine.Name}.shift", affine.Shift)]), shift]);
            scale = graph.Node("Mul", [scale, Vector($"{affine.Name}.scale", affine.Scale)]);
            map = affine.Input;
        }
        else
        {
            map = Emit(x);
        }
        var axes = Shared("cell_axes", [2L, 3L]);
        map = graph.Node("Mul", [map, graph.Node("Unsqueeze", [scale, axes])]);
        return Existing(graph.Node("Add", [map, graph.Node("Unsqueeze", [shift, axes])]), x.Shape);
    }

    public (GraphValue First, GraphValue Second) Halves(GraphValue x)
    {
        // Two layers with half the outputs each cost less than one and a split.
        if (x.Name is null && x.Linear is { Kind: LinearKind.Dense } linear)
        {
            var half = linear.Bias.Length / 2;
            var columns = (int)linear.Weight.Shape[1];
            GraphValue Part(string name, int first) => new(new Shape(half))
            {
                Linear = linear with
                {
                    Name = $"{linear.Name}.{name}",
                    Weight = new Weight([half, columns], linear.Weight.Values[(first * columns)..((first + half) * columns)]),
                    Bias = linear.Bias[first..(first + half)],
                },
            };
            return (Part("first", 0), Part("second", half));
        }
        throw new NotSupportedException("Only a dense layer's output can be halved in a graph.");
    }

    public GraphValue Leaky(GraphValue x, double slope) => Same(x, "LeakyRelu", Attribute("alpha", (float)slope));

    public GraphValue Relu(GraphValue x) => Same(x, "Relu");

    public GraphValue Sigmoid(GraphValue x) => Same(x, "Sigmoid");

    public GraphValue Tanh(GraphValue x) => Same(x, "Tanh");

    public GraphValue Clamp(GraphValue x, double low, double high) =>
        Existing(graph.Node("Clip", [Emit(x), Shared($"clip_{low}", (float)low), Shared($"clip_{high}", (float)high)]), x.Shape);

    public GraphValue Dropout(GraphValue x, double part) => x;

    public GraphValue Add(GraphValue a, GraphValue b) => Existing(graph.Node("Add", [Emit(a), Emit(b)]), a.Shape);

    public GraphValue Double(GraphValue x)
    {
        if (!_shared.Contains("twice"))
            graph.Constant("twice", [1f, 1f, 2f, 2f], 4);
        _shared.Add("twice");
        var name = graph.Node(
            "Resize", [Emit(x), string.Empty, "twice"],
            Attribute("mode", "nearest"), Attribute("coordinate_transformation_mode", "asymmetric"), Attribute("nearest_mode", "floor"));
        return Existing(name, new Shape(x.Shape.Channels, x.Shape.Height * 2, x.Shape.Width * 2));
    }

    public GraphValue MaxPool(GraphValue x) => Existing(
        graph.Node("MaxPool", [Emit(x)], Attribute("kernel_shape", 2L, 2L), Attribute("strides", 2L, 2L), Attribute("ceil_mode", 1L)),
        new Shape(x.Shape.Channels, (x.Shape.Height + 1) / 2, (x.Shape.Width + 1) / 2));

    public GraphValue Shuffle(GraphValue x)
    {
        var shape = new Shape(x.Shape.Channels / 4, x.Shape.Height * 2, x.Shape.Width * 2);
        return x.Name is null && x.Linear is { Spread: 1 } linear
            ? new GraphValue(shape) { Linear = linear with { Spread = 4 } }
            : Existing(Spread(Emit(x), null), shape);
    }

    public GraphValue Unshuffle(GraphValue x) =>
        new(new Shape(x.Shape.Channels * 4, x.Shape.Height / 2, x.Shape.Width / 2))
        {
            Name = graph.Node("SpaceToDepth", [Emit(x)], Attribute("blocksize", 2L)),
            CellsFirst = true,
        };

    public GraphValue Flatten(GraphValue x) =>
        Existing(graph.Node("Flatten", [Emit(Plain(x))], Attribute("axis", 1L)), new Shape(x.Shape.Numbers));

    public GraphValue Reshape(GraphValue x, int channels, int height, int width)
    {
        var shape = Shared($"shape_{channels}_{height}_{width}", [-1L, channels, height, width]);
        return Existing(graph.Node("Reshape", [Emit(x), shape]), new Shape(channels, height, width));
    }

    private GraphValue Same(GraphValue x, string operation, params ReadOnlySpan<Onnx.AttributeProto> attributes) =>
        Existing(graph.Node(operation, [Emit(Plain(x))], attributes), x.Shape);

    private static GraphValue Plain(GraphValue x) => x.CellsFirst ? throw new NotSupportedException("Only a convolution can follow folded cells in a graph.") : x;

    private string Emit(Linear linear, string? output)
    {
        string[] inputs =
        [
            linear.Input, graph.Constant($"{linear.Name}.weight", linear.Weight.Values, [.. linear.Weight.Shape]),
            graph.Constant($"{linear.Name}.bias", linear.Bias, linear.Bias.Length),
        ];
        var last = linear.Spread == 1 ? output : null;
        string result;
        if (linear.Kind == LinearKind.Dense)
        {
            result = Named(last, "Gemm", inputs, Attribute("transB", 1L));
        }
        else
        {
            var kernel = linear.Weight.Shape[2];
            result = Named(
                last, linear.Kind == LinearKind.Conv ? "Conv" : "ConvTranspose", inputs,
                Attribute("kernel_shape", kernel, kernel), Attribute("strides", linear.Stride, linear.Stride), Attribute("pads", linear.Pads));
        }
        return linear.Spread == 1 ? result : Spread(result, output);
    }

    private string Emit(Affine affine, Shape shape, string? output)
    {
        long[] sizes = shape.IsMap ? [1, shape.Channels, 1, 1] : [1, shape.Channels];
        var scaled = graph.Node("Mul", [affine.Input, graph.Constant($"{affine.Name}.map_scale", Floats(affine.Scale), sizes)]);
        return Named(output, "Add", [scaled, graph.Constant($"{affine.Name}.map_shift", Floats(affine.Shift), sizes)]);
    }

    private string Spread(string x, string? output) => Named(output, "DepthToSpace", [x], Attribute("blocksize", 2L), Attribute("mode", "CRD"));

    private string Named(string? output, string operation, IEnumerable<string> inputs, params ReadOnlySpan<Onnx.AttributeProto> attributes) =>
        output is null ? graph.Node(operation, inputs, attributes) : graph.NodeNamed(output, operation, inputs, attributes);

    private string Vector(string name, double[] values) => graph.Constant(name, Floats(values), values.Length);

    private string Shared(string name, float value) => _shared.Add(name) ? graph.Constant(name, [value]) : name;

    private string Shared(string name, long[] values) => _shared.Add(name) ? graph.Constant(name, values) : name;

    private Weight WeightOf(string name, bool spectral)
    {
        var weight = weights[$"{prefix}{name}.weight"];
        if (!spectral)
            return weight;
        var sigma = SpectralNorm.Sigma(weight.Values, weights[$"{prefix}{name}.u"].Values);
        return weight with { Values = [.. weight.Values.Select(value => (float)(value / sigma))] };
    }

    private float[] BiasOf(string name, bool bias, int channels) => bias ? weights[$"{prefix}{name}.bias"].Values : new float[channels];

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];

    private static Weight CellsFirst(Weight conv)
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
