using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>
/// Dense layers with ReLU down to the latent and back up to a sigmoid: <c>mnist-dense</c> (784 → 16 → 2), and, without a
/// Gaussian between, <c>autoencoder-dense</c> (784 → 128 → 32).
/// </summary>
/// <param name="options"><c>encoder</c> and <c>decoder</c>: widths of the hidden layers; <c>variational</c>.</param>
public sealed class DenseNetwork(ModelOptions options) : INetwork
{
    public Conventions Conventions => Conventions.Keras;

    public PixelRange Range => PixelRange.Unit;

    public bool Variational => options.Variational;

    public IReadOnlyList<T> Encode<T>(ILayers<T> net, T x)
    {
        x = net.Flatten(x); // [N, channels·H·W]
        for (var i = 0; i < options.Encoder.Count; i++)
            x = net.Relu(net.Dense($"dense{i}", x, options.Encoder[i]));
        if (!Variational)
            return [net.Relu(net.Dense("code", x, options.Latent))];
        return [net.Dense("mean", x, options.Latent), net.Dense("logvar", x, options.Latent)];
    }

    public IReadOnlyList<T> Decode<T>(ILayers<T> net, T z, bool everyLevel)
    {
        var (channels, side) = (options.Channels, options.ImageSize);
        for (var i = 0; i < options.Decoder.Count; i++)
            z = net.Relu(net.Dense($"dense{i}", z, options.Decoder[i]));
        return [net.Reshape(net.Sigmoid(net.Dense("picture", z, channels * side * side)), channels, side, side)];
    }
}
