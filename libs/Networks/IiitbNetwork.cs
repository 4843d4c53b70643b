using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>
/// The published system of <c>iiitb-256</c>: the encoder of <see cref="AnimeNetwork"/> on larger pictures; a decoder that ends in
/// one transposed convolution of stride 4, without batch norm before it, with one on the picture and a sigmoid at the end as there.
/// 150 408 015 numbers.
/// </summary>
/// <param name="options">As for <see cref="AnimeNetwork"/>; the decoder's last step enlarges four times.</param>
public sealed class IiitbNetwork(ModelOptions options) : INetwork
{
    private const double Slope = 0.2;
    private const int LastStride = 4;

    public Conventions Conventions => Conventions.Keras;

    public PixelRange Range => PixelRange.Unit;

    public bool Variational => true;

    public IReadOnlyList<T> Encode<T>(ILayers<T> net, T x) => AnimeNetwork.Encode(net, x, options);

    public IReadOnlyList<T> Decode<T>(ILayers<T> net, T z, bool everyLevel)
    {
        var widths = options.Decoder;
        var side = options.ImageSize / LastStride >> (widths.Count - 1);
        var x = AnimeNetwork.Begin(net, z, options, widths[0], side); // [N, 128, 8, 8]
        for (var i = 1; i < widths.Count; i++)
        {
            x = net.ConvTranspose($"conv{i}", x, widths[i], 5, stride: 2); // [N, C, 8·2^i, 8·2^i]
            x = net.Leaky(i < widths.Count - 1 ? net.Norm($"norm{i}", x) : x, Slope);
        }
        return [net.Sigmoid(net.Norm("picture_norm", net.ConvTranspose("picture", x, options.Channels, 5, LastStride)))];
    }
}
