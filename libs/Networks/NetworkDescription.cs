using System.ComponentModel.DataAnnotations;
using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>A network layer by layer, counted from its text without making it.</summary>
/// <param name="Encoder">From the picture to the latent.</param>
/// <param name="Decoder">From the latent to the pictures.</param>
/// <param name="Pictures">Shapes of the decoder's pictures, smallest first.</param>
public sealed record NetworkDescription(IReadOnlyList<LayerRow> Encoder, IReadOnlyList<LayerRow> Decoder, IReadOnlyList<Shape> Pictures)
{
    /// <summary>Numbers in both parts, running statistics included.</summary>
    public long Parameters => Encoder.Concat(Decoder).Sum(row => row.Parameters);

    public long Learnt => Encoder.Concat(Decoder).Sum(row => row.Learnt);

    /// <exception cref="ValidationException">The options do not fit each other.</exception>
    public static NetworkDescription Of(ModelOptions options)
    {
        var network = NetworkFactory.Create(options);
        var (encoder, decoder) = (new ShapeLayers(network.Conventions), new ShapeLayers(network.Conventions));
        var picture = new Shape(options.Channels, options.ImageSize, options.ImageSize);
        var latent = new Shape(options.Latent);

        var heads = network.Encode(encoder, picture);
        if (heads.Any(head => head != latent))
            throw new ValidationException($"model.latent is {options.Latent}; the encoder ends with {heads[0].Numbers} numbers.");
        var pictures = network.Decode(decoder, latent, everyLevel: true);
        if (pictures[^1] != picture)
            throw new ValidationException($"model.decoder paints {pictures[^1]}; model.image_size asks for {picture}.");
        return new NetworkDescription(encoder.Rows, decoder.Rows, pictures);
    }
}
