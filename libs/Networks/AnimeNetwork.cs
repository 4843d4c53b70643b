using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>
/// The published system of <c>anime-64</c>: 5×5 convolutions, a dense layer on each side of the latent, batch norm after
/// everything with weights but the heads and the decoder's second dense layer, the picture included. 27 085 711 numbers.
/// A sigmoid ends the picture: the published error of 0.0987 at the start is one of pixels within 0..1, where batch norm's own
/// deviation of 1 would begin above 1.
/// </summary>
/// <param name="options">
/// <c>encoder</c>: channels, the first at the picture's size, each further one at half; <c>hidden</c>; <c>decoder</c>: channels of the
/// smallest map, then after each doubling.
/// </param>
public sealed class AnimeNetwork(ModelOptions options) : INetwork
{
    private const double Slope = 0.2;

    public Conventions Conventions => Conventions.Keras;

    public PixelRange Range => PixelRange.Unit;

    public bool Variational => true;

    public IReadOnlyList<T> Encode<T>(ILayers<T> net, T x) => Encode(net, x, options);

    public IReadOnlyList<T> Decode<T>(ILayers<T> net, T z, bool everyLevel)
    {
        var widths = options.Decoder;
        var side = options.ImageSize >> (widths.Count - 1);
        var x = Begin(net, z, options, widths[0], side); // [N, 512, 4, 4]
        for (var i = 1; i < widths.Count; i++)
            x = net.Leaky(net.Norm($"norm{i}", net.ConvTranspose($"conv{i}", x, widths[i], 5, stride: 2)), Slope); // [N, C, 4·2^i, 4·2^i]
        return [net.Sigmoid(net.Norm("picture_norm", net.ConvTranspose("picture", x, options.Channels, 5, stride: 1)))];
    }

    internal static IReadOnlyList<T> Encode<T>(ILayers<T> net, T x, ModelOptions options)
    {
        for (var i = 0; i < options.Encoder.Count; i++)
            x = net.Leaky(net.Norm($"norm{i}", net.Conv($"conv{i}", x, options.Encoder[i], 5, stride: i == 0 ? 1 : 2)), Slope); // [N, C, H/2^i, W/2^i]
        x = net.Leaky(net.Norm("dense_norm", net.Dense("dense", net.Flatten(x), options.Hidden)), Slope); // [N, 1024]
        return [net.Dense("mean", x, options.Latent), net.Dense("logvar", x, options.Latent)];
    }

    internal static T Begin<T>(ILayers<T> net, T z, ModelOptions options, int channels, int side)
    {
        var x = net.Leaky(net.Norm("dense_norm", net.Dense("dense", z, options.Hidden)), Slope); // [N, 1024]
        return net.Reshape(net.Dense("cells", x, channels * side * side), channels, side, side);
    }
}
