using System.ComponentModel.DataAnnotations;

namespace FaceMix.Networks;

/// <summary>The architectures by the name that <c>model.architecture</c> gives.</summary>
public static class NetworkFactory
{
    private static readonly Dictionary<string, Func<ModelOptions, INetwork>> s_byName = new(StringComparer.Ordinal)
    {
        ["facemix"] = options => new FaceMixNetwork(options),
        ["face-mixing"] = options => new FaceMixingNetwork(options),
        ["anime"] = options => new AnimeNetwork(options),
        ["iiitb"] = options => new IiitbNetwork(options),
        ["ffhq-conv"] = options => new FfhqConvNetwork(options),
        ["beta-vae"] = options => new BetaVaeNetwork(options),
        ["dense"] = options => new DenseNetwork(options),
        ["conv-autoencoder"] = options => new ConvAutoencoderNetwork(options),
    };

    public static IReadOnlyList<string> Names { get; } = [.. s_byName.Keys.Order(StringComparer.Ordinal)];

    /// <exception cref="ValidationException">There is no such architecture, or its options do not fit each other.</exception>
    public static INetwork Create(ModelOptions options) => s_byName.TryGetValue(options.Architecture, out var make)
        ? make(options)
        : throw new ValidationException($"model.architecture is \"{options.Architecture}\"; there are {string.Join(", ", Names)}.");
}
