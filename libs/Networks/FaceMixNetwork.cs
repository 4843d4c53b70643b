using System.Numerics;
using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>
/// Ours (<c>facemix-64/128/256</c>). The encoder first folds the picture to half its size and four times its channels, which
/// costs nothing and spares the convolutions at full size. The decoder is made of residual blocks that double the map, each
/// re-normalised from the latent, with a picture at every level; only the largest is exported, the others teach the levels below.
/// </summary>
/// <param name="options"><c>encoder</c>: channels at half the picture's size down to 4×4; <c>decoder</c>: from 4×4 up to half the size; <c>style</c>.</param>
public sealed class FaceMixNetwork(ModelOptions options) : INetwork
{
    /// <summary>Slope of every leaky ReLU in the network.</summary>
    public const double Slope = 0.2;

    /// <summary>A log-variance beyond this says nothing more and could overflow its exponential.</summary>
    public const double LogvarLimit = 12;

    /// <summary>Side of the smallest map, in cells: where the encoder ends and the decoder begins.</summary>
    private const int Base = 4;

    private readonly ModelOptions _options = Checked(options);

    public Conventions Conventions => Conventions.PyTorch;

    public PixelRange Range => PixelRange.Signed;

    public bool Variational => true;

    public IReadOnlyList<T> Encode<T>(ILayers<T> net, T x)
    {
        x = net.Unshuffle(x); // [N, 4·channels, H/2, W/2]
        for (var i = 0; i < _options.Encoder.Count; i++)
            x = net.Leaky(net.Norm($"norms.{i}", net.Conv($"convs.{i}", x, _options.Encoder[i], 3, stride: i == 0 ? 1 : 2, bias: false)), Slope);
        x = net.Flatten(x); // [N, C·4·4]
        var mean = net.Dense("mean", x, _options.Latent);
        var logvar = net.Clamp(net.Dense("logvar", x, _options.Latent), -LogvarLimit, LogvarLimit);
        return [mean, logvar];
    }

    public IReadOnlyList<T> Decode<T>(ILayers<T> net, T z, bool everyLevel)
    {
        var pictures = new List<T>();
        var widths = _options.Decoder;
        var x = net.Reshape(net.Dense("dense", z, widths[0] * Base * Base), widths[0], Base, Base);
        for (var i = 0; i < widths.Count - 1; i++)
        {
            x = Block(net, $"blocks.{i}", x, z, widths[i + 1], spread: i == widths.Count - 2); // [N, C, 8·2^i, 8·2^i]
            if (everyLevel)
                pictures.Add(net.Conv($"heads.{i}", x, _options.Channels, 3));
        }
        pictures.Add(net.Shuffle(net.Conv("picture", x, 4 * _options.Channels, 3))); // [N, channels, H, W]
        return pictures;
    }

    // Two 3×3 convolutions, each re-normalised from z, beside a 1×1 shortcut. A block either repeats cells and then convolves
    // (fewer parameters) or convolves to four times the channels and spreads those over the cells (faster where the map is large).
    private T Block<T>(ILayers<T> net, string name, T x, T z, int channels, bool spread)
    {
        var y = spread
            ? net.Shuffle(net.Conv($"{name}.conv1", x, 4 * channels, 3, bias: false))
            : net.DoubleConv($"{name}.conv1", x, channels, bias: false);
        y = net.Leaky(StyleNorm(net, $"{name}.norm1", y, z, channels), Slope);
        y = net.Conv($"{name}.conv2", y, channels, 3, bias: false);
        y = StyleNorm(net, $"{name}.norm2", y, z, channels);
        return net.Leaky(net.Add(y, net.Double(net.Conv($"{name}.shortcut", x, channels, 1))), Slope);
    }

    // Batch norm without an affine of its own, re-normalised from the latent, which so speaks at every level:
    // h = leaky(dense z), x ← x̂·(1 + γ) + β with γ and β dense in h.
    private T StyleNorm<T>(ILayers<T> net, string name, T x, T z, int channels)
    {
        x = net.Norm($"{name}.norm", x, affine: false);
        var h = net.Leaky(net.Dense($"{name}.hidden", z, _options.Style), Slope); // [N, style]
        var (gamma, beta) = net.Halves(net.Dense($"{name}.style", h, 2 * channels));
        return net.Modulate(x, gamma, beta);
    }

    private static ModelOptions Checked(ModelOptions options)
    {
        var size = options.ImageSize;
        ModelOptions.Require(size is >= 16 and <= 512 && BitOperations.IsPow2(size), $"model.image_size is {size}; facemix takes a power of two from 16 to 512.");
        var levels = BitOperations.Log2((uint)(size / 2 / Base)) + 1;
        options.RequireLevels("encoder", options.Encoder, levels);
        options.RequireLevels("decoder", options.Decoder, levels);
        return options;
    }
}
