using System.ComponentModel.DataAnnotations;

namespace FaceMix.Networks;

/// <summary>The shape of a network; which of the keys an architecture takes stands in its own file.</summary>
public sealed record ModelOptions
{
    /// <summary>One of <see cref="NetworkFactory.Names"/>.</summary>
    public string Architecture { get; init; } = "facemix";

    /// <summary>Width and height of a picture in pixels, 16 to 512.</summary>
    public int ImageSize { get; init; } = 64;

    /// <summary>3 for colours, 1 for grey.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Length of a latent, 1 to 4096.</summary>
    public int Latent { get; init; } = 128;

    /// <summary>Channels of the encoder's maps, or widths of its dense layers, from the picture on.</summary>
    public IList<int> Encoder { get; init; } = [24, 48, 96, 128];

    /// <summary>Channels of the decoder's maps, or widths of its dense layers, towards the picture.</summary>
    public IList<int> Decoder { get; init; } = [128, 64, 48, 32];

    /// <summary>Width of the hidden layer between the latent and a level's scale and shift.</summary>
    public int Style { get; init; } = 64;

    /// <summary>Width of the dense layer between maps and latent.</summary>
    public int Hidden { get; init; }

    /// <summary>Part of the numbers that dropout sets to 0 in training, 0 to below 1.</summary>
    public double Dropout { get; init; }

    /// <summary>False makes a plain autoencoder, where the architecture can be one.</summary>
    public bool Variational { get; init; } = true;

    /// <exception cref="ValidationException">A number is out of its range, or the parts do not fit each other.</exception>
    public void Check()
    {
        Require(ImageSize is >= 16 and <= 512, $"model.image_size is {ImageSize}; it must be 16 to 512.");
        Require(Channels is 1 or 3, $"model.channels is {Channels}; it must be 3, or 1 for grey pictures.");
        Require(Latent is >= 1 and <= 4096, $"model.latent is {Latent}; it must be 1 to 4096.");
        Require(Style is >= 1 and <= 4096, $"model.style is {Style}; it must be 1 to 4096.");
        Require(Hidden is >= 0 and <= 16384, $"model.hidden is {Hidden}; it must be 0 to 16384.");
        Require(Dropout is >= 0 and < 1, $"model.dropout is {Dropout}; it must be 0 to below 1.");
        foreach (var (key, widths) in new[] { ("encoder", Encoder), ("decoder", Decoder) })
            Require(widths.All(width => width is >= 1 and <= 16384), $"model.{key} is [{string.Join(", ", widths)}]; each must be 1 to 16384.");
        // Everything else shows when its shapes are followed.
        _ = NetworkDescription.Of(this);
    }

    /// <exception cref="ValidationException">It does not hold.</exception>
    internal static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new ValidationException(otherwise);
    }

    /// <exception cref="ValidationException">A list has another length than a picture of this size needs.</exception>
    internal void RequireLevels(string key, IList<int> widths, int levels) => Require(
        widths.Count == levels,
        $"model.{key} lists {widths.Count} channel counts; pictures of {ImageSize} pixels need {levels}.");
}
