using System.ComponentModel.DataAnnotations;

namespace FaceMix.Networks.Layers;

/// <summary>Reads a network with shapes alone: lists its layers and the arrays they need, and finds what does not fit.</summary>
/// <param name="conventions">Of the network.</param>
public sealed class ShapeLayers(Conventions conventions) : ILayers<Shape>
{
    private readonly List<LayerRow> _rows = [];

    public IReadOnlyList<LayerRow> Rows => _rows;

    public Shape Conv(string name, Shape x, int channels, int kernel, int stride = 1, bool bias = true, bool spectral = false)
    {
        RequireMap(name, x);
        var output = new Shape(channels, Steps(x.Height, kernel, stride), Steps(x.Width, kernel, stride));
        var kind = $"{(spectral ? "spectral " : string.Empty)}Conv {kernel}×{kernel}{(stride > 1 ? $" /{stride}" : string.Empty)}";
        return Row(name, kind, output, Weighted(name, [channels, x.Channels, kernel, kernel], x.Channels * kernel * kernel, channels * kernel * kernel, channels, bias, spectral));
    }

    public Shape ConvTranspose(string name, Shape x, int channels, int kernel, int stride, bool bias = true)
    {
        RequireMap(name, x);
        if (kernel < stride)
            throw new ValidationException($"{name}: a transposed convolution of {kernel} cells cannot make steps of {stride}; it would leave cells empty.");
        // Either framework takes the weight's second size for the fan-in here.
        return Row(name, $"ConvTranspose {kernel}×{kernel} ×{stride}", new Shape(channels, x.Height * stride, x.Width * stride),
            Weighted(name, [x.Channels, channels, kernel, kernel], channels * kernel * kernel, x.Channels * kernel * kernel, channels, bias, spectral: false));
    }

    public Shape Dense(string name, Shape x, int width, bool spectral = false)
    {
        if (x.IsMap)
            throw new ValidationException($"{name}: a dense layer takes a vector, not {x}.");
        return Row(name, spectral ? "spectral Dense" : "Dense", new Shape(width), Weighted(name, [width, x.Channels], x.Channels, width, width, bias: true, spectral));
    }

    public Shape Norm(string name, Shape x, bool affine = true)
    {
        var arrays = new List<ArrayPlan>();
        if (affine)
            arrays.AddRange([new($"{name}.weight", [x.Channels], First.Ones, 0, true), new($"{name}.bias", [x.Channels], First.Zeros, 0, true)]);
        arrays.AddRange([new($"{name}.running_mean", [x.Channels], First.Zeros, 0, false), new($"{name}.running_var", [x.Channels], First.Ones, 0, false)]);
        return Row(name, affine ? "BatchNorm" : "BatchNorm, plain", x, arrays);
    }

    public Shape Modulate(Shape x, Shape gamma, Shape beta)
    {
        Require(gamma.Numbers == x.Channels && beta == gamma, $"{x} cannot be scaled by {gamma} and shifted by {beta}.");
        return Row(string.Empty, "x·(1 + γ) + β", x, []);
    }

    public (Shape First, Shape Second) Halves(Shape x) => (new Shape(x.Channels / 2), new Shape(x.Channels - (x.Channels / 2)));

    public Shape Leaky(Shape x, double slope) => Row(string.Empty, FormattableString.Invariant($"LeakyReLU {slope}"), x, []);

    public Shape Relu(Shape x) => Row(string.Empty, "ReLU", x, []);

    public Shape Sigmoid(Shape x) => Row(string.Empty, "Sigmoid", x, []);

    public Shape Tanh(Shape x) => Row(string.Empty, "Tanh", x, []);

    public Shape Clamp(Shape x, double low, double high) => x;

    public Shape Dropout(Shape x, double part) => part > 0 ? Row(string.Empty, FormattableString.Invariant($"Dropout {part}"), x, []) : x;

    public Shape Add(Shape a, Shape b)
    {
        Require(a == b, $"{a} and {b} cannot be added.");
        return Row(string.Empty, "Add", a, []);
    }

    public Shape Double(Shape x) => Row(string.Empty, "Upsample ×2", new Shape(x.Channels, x.Height * 2, x.Width * 2), []);

    public Shape MaxPool(Shape x) => Row(string.Empty, "MaxPool 2×2", new Shape(x.Channels, (x.Height + 1) / 2, (x.Width + 1) / 2), []);

    public Shape Shuffle(Shape x)
    {
        Require(x.Channels % 4 == 0, $"{x} has no four equal parts to spread over cells.");
        return Row(string.Empty, "PixelShuffle", new Shape(x.Channels / 4, x.Height * 2, x.Width * 2), []);
    }

    public Shape Unshuffle(Shape x)
    {
        Require(x.Height % 2 == 0 && x.Width % 2 == 0, $"{x} has sides that are odd.");
        return Row(string.Empty, "PixelUnshuffle", new Shape(x.Channels * 4, x.Height / 2, x.Width / 2), []);
    }

    public Shape Flatten(Shape x) => Row(string.Empty, "Flatten", new Shape(x.Numbers), []);

    public Shape Reshape(Shape x, int channels, int height, int width)
    {
        var output = new Shape(channels, height, width);
        Require(output.Numbers == x.Numbers, $"{x} does not fill {output}.");
        return Row(string.Empty, "Reshape", output, []);
    }

    private long Steps(long size, int kernel, int stride)
    {
        var (before, after) = conventions.Padding(size, kernel, stride);
        return ((size + before + after - kernel) / stride) + 1;
    }

    private List<ArrayPlan> Weighted(string name, long[] sizes, long fanIn, long fanOut, long outputs, bool bias, bool spectral)
    {
        var bound = conventions.Glorot ? Math.Sqrt(6.0 / (fanIn + fanOut)) : 1 / Math.Sqrt(fanIn);
        var arrays = new List<ArrayPlan> { new($"{name}.weight", sizes, First.Uniform, bound, true) };
        if (bias)
            arrays.Add(new($"{name}.bias", [outputs], conventions.Glorot ? First.Zeros : First.Uniform, bound, true));
        if (spectral)
            arrays.Add(new($"{name}.u", [outputs], First.Direction, 0, false));
        return arrays;
    }

    private Shape Row(string name, string kind, Shape output, IReadOnlyList<ArrayPlan> arrays)
    {
        Require(output.Numbers > 0, $"{name} ({kind}) would have nothing left: {output}.");
        _rows.Add(new LayerRow(name, kind, output, arrays));
        return output;
    }

    private static void RequireMap(string name, Shape x) => Require(x.IsMap, $"{name}: a convolution takes maps, not {x}.");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new ValidationException(otherwise);
    }
}
