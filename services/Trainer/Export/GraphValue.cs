using FaceMix.Networks;
using FaceMix.Networks.Layers;

namespace FaceMix.Trainer.Export;

/// <summary>A value of the graph. Until somebody uses it, a layer's output is only planned, so that the batch norm behind it can be folded in.</summary>
/// <param name="shape">Its sizes without the batch.</param>
internal sealed class GraphValue(Shape shape)
{
    public Shape Shape { get; } = shape;

    /// <summary>Its name in the graph, once it is there.</summary>
    public string? Name { get; set; }

    public Linear? Linear { get; init; }

    public Affine? Affine { get; init; }

    /// <summary>Cells were folded into channels in ONNX's order, cells first, where the tensors' is colours first.</summary>
    public bool CellsFirst { get; init; }
}

/// <summary>What a planned node is: a layer with weights.</summary>
internal enum LinearKind
{
    Conv,
    ConvTranspose,
    Dense,
}

/// <summary>A planned layer with weights.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Name">Of its arrays.</param>
/// <param name="Input">The graph's value it takes.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Bias">One for each output channel.</param>
/// <param name="Stride">Of a convolution.</param>
/// <param name="Pads">Of a convolution: top, left, bottom, right.</param>
/// <param name="Spread">How many of its channels become cells of one channel behind it: 1, or 4.</param>
internal sealed record Linear(LinearKind Kind, string Name, string Input, Weight Weight, float[] Bias, long Stride, long[] Pads, int Spread)
{
    /// <summary>The layer followed by x·scale + shift for each channel behind it.</summary>
    public Linear Then(double[] scale, double[] shift)
    {
        if (Bias.Length != scale.Length * Spread)
            throw new InvalidDataException($"{Name} has {Bias.Length} output channels; they cannot feed a norm over {scale.Length}.");
        var values = (float[])Weight.Values.Clone();
        var bias = (float[])Bias.Clone();
        // [out, …], but [in, out, k, k] where it is transposed.
        var inner = Kind == LinearKind.ConvTranspose ? (int)(Weight.Shape[2] * Weight.Shape[3]) : values.Length / bias.Length;
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(values[i] * scale[i / inner % bias.Length / Spread]);
        for (var i = 0; i < bias.Length; i++)
            bias[i] = (float)((bias[i] * scale[i / Spread]) + shift[i / Spread]);
        return this with { Weight = Weight with { Values = values }, Bias = bias };
    }
}

/// <summary>A planned x·scale + shift for each channel.</summary>
internal sealed record Affine(string Name, string Input, double[] Scale, double[] Shift);
