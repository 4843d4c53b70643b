using FaceMix.Networks.Layers;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

/// <summary>Every word that a network can be written in, by itself.</summary>
public sealed class WordsHaveTheirGradients
{
    private const string Layer = "layer";

    // The word, and behind a comma which form of it.
    private static readonly string[] s_ofMaps =
    [
        "Conv", "Conv, no bias", "Conv, in steps", "Conv, spectral", "ConvTranspose", "ConvTranspose, no bias", "ConvTranspose, in fours", "Norm", "Norm, plain", "Leaky", "Relu", "Sigmoid", "Tanh", "Clamp", "Dropout", "Add", "Double",
        "DoubleConv", "DoubleConv, spectral", "MaxPool", "Shuffle", "Unshuffle", "Flatten", "Modulate",
    ];

    private static readonly string[] s_ofVectors = ["Dense", "Dense, spectral", "Norm, of vectors", "Halves", "Reshape"];

    internal static IEnumerable<string> Checked => s_ofMaps.Concat(s_ofVectors).Select(name => name.Split(',')[0]);

    public static TheoryData<string, bool> Names
    {
        get
        {
            var names = new TheoryData<string, bool>();
            foreach (var name in s_ofMaps.Concat(s_ofVectors))
            {
                names.Add(name, true);
                names.Add(name, false);
            }
            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void By_the_map_and_by_what_they_learn(string name, bool keras)
    {
        var conventions = keras ? Conventions.Keras : Conventions.PyTorch;
        var ofMaps = s_ofMaps.Contains(name);
        var plan = new ShapeLayers(conventions);
        Word(name, plan, ofMaps ? new Shape(4, 6, 6) : new Shape(8), new Shape(4), new Shape(4));
        manual_seed(7);
        using var scope = NewDisposeScope();
        using var net = new TensorLayers("net", conventions, plan.Rows.SelectMany(row => row.Arrays));
        Given.Prepare(net);
        var x = ofMaps ? Given.Numbers(3, 4, 6, 6) : Given.Numbers(3, 8);
        var (gamma, beta) = (Given.Numbers(3, 4), Given.Numbers(3, 4));
        Tensor? shares = null;
        Tensor Function()
        {
            // Dropout draws anew at every call.
            manual_seed(13);
            var y = Word(name, net, x, gamma, beta);
            shares ??= randn(y.shape, dtype: ScalarType.Float64).DetachFromDisposeScope();
            return (y.square() * shares).sum();
        }

        GradientCheck.Holds(Function, [("the input", x), ("γ", gamma), ("β", beta), .. Given.Learnt(net)], elements: 40);
        shares!.Dispose();
    }

    private static T Word<T>(string name, ILayers<T> net, T x, T gamma, T beta) => name switch
    {
        "Conv" => net.Conv(Layer, x, 3, 3),
        "Conv, no bias" => net.Conv(Layer, x, 3, 5, bias: false),
        "Conv, in steps" => net.Conv(Layer, x, 3, 5, stride: 2),
        "Conv, spectral" => net.Conv(Layer, x, 3, 3, spectral: true),
        "ConvTranspose" => net.ConvTranspose(Layer, x, 3, 5, 2),
        "ConvTranspose, no bias" => net.ConvTranspose(Layer, x, 3, 3, 1, bias: false),
        "ConvTranspose, in fours" => net.ConvTranspose(Layer, x, 2, 5, 4),
        "Dense" => net.Dense(Layer, x, 5),
        "Dense, spectral" => net.Dense(Layer, x, 5, spectral: true),
        "Norm" or "Norm, of vectors" => net.Norm(Layer, x),
        "Norm, plain" => net.Norm(Layer, x, affine: false),
        "Modulate" => net.Modulate(x, gamma, beta),
        "Halves" => Both(net, net.Halves(x)),
        "Leaky" => net.Leaky(x, 0.2),
        "Relu" => net.Relu(x),
        "Sigmoid" => net.Sigmoid(x),
        "Tanh" => net.Tanh(x),
        "Clamp" => net.Clamp(x, -0.5, 0.5),
        "Dropout" => net.Dropout(x, 0.3),
        "Add" => net.Add(net.Tanh(x), x),
        "Double" => net.Double(x),
        "DoubleConv" => net.DoubleConv(Layer, x, 3),
        "DoubleConv, spectral" => net.DoubleConv(Layer, x, 3, bias: false, spectral: true),
        "MaxPool" => net.MaxPool(x),
        "Shuffle" => net.Shuffle(x),
        "Unshuffle" => net.Unshuffle(x),
        "Flatten" => net.Flatten(x),
        "Reshape" => net.Reshape(x, 2, 2, 2),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "has no word"),
    };

    private static T Both<T>(ILayers<T> net, (T First, T Second) halves) => net.Add(net.Tanh(halves.First), net.Sigmoid(halves.Second));
}
