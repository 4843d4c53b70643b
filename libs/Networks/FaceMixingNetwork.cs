using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>
/// The published system of <c>face-mixing-256</c>: spectral norm on every layer but the heads of the latent; a decoder whose batch norms have no affine
/// of their own and are re-normalised from the latent at every level; a picture at every level. Where the system is silent
/// (widths, the pictures' tanh) the choice is ours and stands in the preset or here.
/// </summary>
/// <param name="options"><c>encoder</c>: channels after each halving; <c>decoder</c>: first those of the smallest map, then after each doubling.</param>
public sealed class FaceMixingNetwork(ModelOptions options) : INetwork
{
    private const double Slope = 0.2;

    private readonly ModelOptions _options = Checked(options);

    public Conventions Conventions => Conventions.Keras;

    public PixelRange Range => PixelRange.Signed;

    public bool Variational => true;

    public IReadOnlyList<T> Encode<T>(ILayers<T> net, T x)
    {
        for (var i = 0; i < _options.Encoder.Count; i++)
            x = net.Leaky(net.Norm($"norm{i}", net.Conv($"conv{i}", x, _options.Encoder[i], 3, stride: 2, spectral: true)), Slope); // [N, C, H/2^(i+1), W/2^(i+1)]
        x = net.Flatten(x);
        return [net.Dense("mean", x, _options.Latent), net.Dense("logvar", x, _options.Latent)];
    }

    public IReadOnlyList<T> Decode<T>(ILayers<T> net, T z, bool everyLevel)
    {
        var pictures = new List<T>();
        var widths = _options.Decoder;
        var side = _options.ImageSize >> (widths.Count - 1);
        var x = net.Reshape(net.Dense("dense", z, widths[0] * side * side, spectral: true), widths[0], side, side);
        for (var i = 1; i < widths.Count; i++)
        {
            x = net.DoubleConv($"conv{i}", x, widths[i], spectral: true); // [N, C, side·2^i, side·2^i]
            x = net.Leaky(Renormalise(net, i, x, z, widths[i]), Slope);
            if (everyLevel || i == widths.Count - 1)
                pictures.Add(net.Tanh(net.Conv($"picture{i}", x, _options.Channels, 3, spectral: true)));
        }
        return pictures;
    }

    // h = leaky(SN dense z), 4C wide; β and γ = SN dense h; x ← x̂·(1 + γ) + β.
    private static T Renormalise<T>(ILayers<T> net, int level, T x, T z, int channels)
    {
        var h = net.Leaky(net.Dense($"hidden{level}", z, 4 * channels, spectral: true), Slope);
        x = net.Norm($"norm{level}", x, affine: false);
        var beta = net.Dense($"beta{level}", h, channels, spectral: true);
        var gamma = net.Dense($"gamma{level}", h, channels, spectral: true);
        return net.Modulate(x, gamma, beta);
    }

    private static ModelOptions Checked(ModelOptions options)
    {
        var doublings = options.Decoder.Count - 1;
        ModelOptions.Require(
            doublings >= 1 && options.ImageSize % (1 << doublings) == 0,
            $"model.decoder makes {doublings} doublings; model.image_size {options.ImageSize} must be a multiple of {1 << Math.Max(doublings, 0)}.");
        return options;
    }
}
