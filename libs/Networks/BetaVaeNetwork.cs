using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>
/// The published system of <c>beta-vae-celeba</c>: 3×3 convolutions of stride 2 with batch norm, leaky ReLU and, if asked,
/// dropout; the decoder is its mirror of transposed convolutions.
/// </summary>
/// <param name="options"><c>encoder</c>: channels after each halving; <c>decoder</c>: after each doubling; <c>dropout</c>.</param>
public sealed class BetaVaeNetwork(ModelOptions options) : INetwork
{
    // Keras' own where none is given.
    private const double Slope = 0.3;

    public Conventions Conventions => Conventions.Keras;

    public PixelRange Range => PixelRange.Unit;

    public bool Variational => true;

    public IReadOnlyList<T> Encode<T>(ILayers<T> net, T x)
    {
        for (var i = 0; i < options.Encoder.Count; i++)
        {
            x = net.Leaky(net.Norm($"norm{i}", net.Conv($"conv{i}", x, options.Encoder[i], 3, stride: 2)), Slope); // [N, C, H/2^(i+1), W/2^(i+1)]
            x = net.Dropout(x, options.Dropout);
        }
        x = net.Flatten(x);
        return [net.Dense("mean", x, options.Latent), net.Dense("logvar", x, options.Latent)];
    }

    public IReadOnlyList<T> Decode<T>(ILayers<T> net, T z, bool everyLevel)
    {
        var widths = options.Decoder;
        var side = options.ImageSize >> widths.Count;
        var x = net.Leaky(net.Norm("dense_norm", net.Dense("dense", z, widths[0] * side * side)), Slope);
        x = net.Dropout(net.Reshape(x, widths[0], side, side), options.Dropout); // [N, 64, 2, 2]
        for (var i = 0; i < widths.Count; i++)
        {
            x = net.Leaky(net.Norm($"norm{i}", net.ConvTranspose($"conv{i}", x, widths[i], 3, stride: 2)), Slope); // [N, C, 4·2^i, 4·2^i]
            x = net.Dropout(x, options.Dropout);
        }
        return [net.Sigmoid(net.ConvTranspose("picture", x, options.Channels, 3, stride: 1))];
    }
}
