using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>
/// The published system of <c>ffhq-conv-96</c>, in PyTorch's conventions: 3×3 convolutions of stride 2 down, a dense layer, and
/// as many transposed convolutions back, batch norm and leaky ReLU after each, the picture included, before its sigmoid.
/// </summary>
/// <param name="options"><c>encoder</c>: channels after each halving; <c>hidden</c>; <c>decoder</c>: channels of the smallest map, then after each doubling but the last, which gives the picture.</param>
public sealed class FfhqConvNetwork(ModelOptions options) : INetwork
{
    private const double Slope = 0.2;

    public Conventions Conventions => Conventions.PyTorch;

    public PixelRange Range => PixelRange.Unit;

    public bool Variational => true;

    public IReadOnlyList<T> Encode<T>(ILayers<T> net, T x)
    {
        for (var i = 0; i < options.Encoder.Count; i++)
            x = net.Leaky(net.Norm($"norm{i}", net.Conv($"conv{i}", x, options.Encoder[i], 3, stride: 2)), Slope); // [N, C, H/2^(i+1), W/2^(i+1)]
        x = net.Leaky(net.Dense("dense", net.Flatten(x), options.Hidden), Slope); // [N, 512]
        return [net.Dense("mean", x, options.Latent), net.Dense("logvar", x, options.Latent)];
    }

    public IReadOnlyList<T> Decode<T>(ILayers<T> net, T z, bool everyLevel)
    {
        var widths = options.Decoder;
        var side = options.ImageSize >> widths.Count;
        var x = net.Leaky(net.Dense("dense", z, options.Hidden), Slope); // [N, 512]
        x = net.Leaky(net.Dense("cells", x, widths[0] * side * side), Slope);
        x = net.Reshape(x, widths[0], side, side); // [N, 512, 3, 3]
        for (var i = 1; i <= widths.Count; i++)
        {
            var channels = i < widths.Count ? widths[i] : options.Channels;
            x = net.Leaky(net.Norm($"norm{i}", net.ConvTranspose($"conv{i}", x, channels, 3, stride: 2)), Slope); // [N, C, 3·2^i, 3·2^i]
        }
        return [net.Sigmoid(x)];
    }
}
