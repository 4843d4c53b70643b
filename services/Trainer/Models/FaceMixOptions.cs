using System.Numerics;

namespace FaceMix.Trainer.Models;

/// <summary>The shape of a <c>facemix</c> network; everything else follows from it.</summary>
public sealed record FaceMixOptions
{
    /// <summary>Side of the smallest feature map, in cells: where the encoder ends and the decoder begins.</summary>
    public const int BaseSize = 4;

    /// <summary>Width and height of a picture in pixels: a power of two, 16 to 256.</summary>
    public int ImageSize { get; init; } = 64;

    /// <summary>Length of a latent, 1 to 1024.</summary>
    public int Latent { get; init; } = 128;

    /// <summary>Channels of the encoder's maps at half the picture's size, a quarter, and so on down to <see cref="BaseSize"/>.</summary>
    public IList<int> Encoder { get; init; } = [24, 48, 96, 128];

    /// <summary>Channels of the decoder's maps from <see cref="BaseSize"/> up to half the picture's size.</summary>
    public IList<int> Decoder { get; init; } = [128, 64, 48, 32];

    /// <summary>Width of the hidden layer between the latent and a level's scale and shift.</summary>
    public int Style { get; init; } = 64;

    /// <exception cref="UsageException">A number is out of its range, or the channel lists do not fit the picture's size.</exception>
    public void Check()
    {
        if (ImageSize is < 16 or > 256 || !BitOperations.IsPow2(ImageSize))
            throw new UsageException($"model.image_size is {ImageSize}; it must be a power of two from 16 to 256.");
        if (Latent is < 1 or > 1024)
            throw new UsageException($"model.latent is {Latent}; it must be 1 to 1024.");
        if (Style is < 1 or > 4096)
            throw new UsageException($"model.style is {Style}; it must be 1 to 4096.");
        var levels = BitOperations.Log2((uint)(ImageSize / 2 / BaseSize)) + 1;
        CheckChannels("model.encoder", Encoder, levels);
        CheckChannels("model.decoder", Decoder, levels);
    }

    private void CheckChannels(string key, IList<int> channels, int levels)
    {
        if (channels.Count != levels)
            throw new UsageException($"{key} lists {channels.Count} channel counts; pictures of {ImageSize} pixels need {levels}.");
        if (channels.Any(c => c is < 1 or > 2048))
            throw new UsageException($"{key} is [{string.Join(", ", channels)}]; each must be 1 to 2048.");
    }
}
