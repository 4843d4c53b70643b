using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>
/// The convolutional autoencoder of the reports, <c>autoencoder-conv</c> and <c>autoencoder-denoising</c>: 3×3 convolution and pooling
/// down, 3×3 convolution and repeated cells up. Its latent is the smallest map, flattened.
/// </summary>
/// <param name="options"><c>encoder</c>: channels, the map halved after each; <c>decoder</c>: channels, the map doubled after each; the latent follows from the encoder.</param>
public sealed class ConvAutoencoderNetwork(ModelOptions options) : INetwork
{
    public Conventions Conventions => Conventions.Keras;

    public PixelRange Range => PixelRange.Unit;

    public bool Variational => false;

    public IReadOnlyList<T> Encode<T>(ILayers<T> net, T x)
    {
        for (var i = 0; i < options.Encoder.Count; i++)
            x = net.MaxPool(net.Relu(net.Conv($"conv{i}", x, options.Encoder[i], 3))); // [N, C, H/2^(i+1), W/2^(i+1)]
        return [net.Flatten(x)];
    }

    public IReadOnlyList<T> Decode<T>(ILayers<T> net, T z, bool everyLevel)
    {
        var side = options.ImageSize >> options.Decoder.Count;
        var x = net.Reshape(z, Math.Max(1, options.Latent / Math.Max(1, side * side)), side, side);
        for (var i = 0; i < options.Decoder.Count; i++)
            x = net.Double(net.Relu(net.Conv($"conv{i}", x, options.Decoder[i], 3))); // [N, C, side·2^(i+1), side·2^(i+1)]
        return [net.Sigmoid(net.Conv("picture", x, options.Channels, 3))];
    }
}
