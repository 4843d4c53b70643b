using FaceMix.Networks.Layers;

namespace FaceMix.Networks;

/// <summary>What a picture's numbers are inside a network.</summary>
public enum PixelRange
{
    /// <summary>-1 (black) to 1 (white).</summary>
    Signed,

    /// <summary>0 (black) to 1 (white).</summary>
    Unit,
}

/// <summary>An architecture's text, read by training, description and export alike (see <see cref="ILayers{T}"/>).</summary>
public interface INetwork
{
    Conventions Conventions { get; }

    PixelRange Range { get; }

    /// <summary>False for plain autoencoders, whose latent is a point: there is no log-variance and no KL divergence.</summary>
    bool Variational { get; }

    /// <param name="net">Reads it.</param>
    /// <param name="x">Pictures [N, channels, H, W].</param>
    /// <returns>Mean and log-variance, each [N, latent]; or the latent alone.</returns>
    IReadOnlyList<T> Encode<T>(ILayers<T> net, T x);

    /// <param name="net">Reads it.</param>
    /// <param name="z">[N, latent].</param>
    /// <param name="everyLevel">False: the largest picture alone, without the work of the others.</param>
    /// <returns>Pictures [N, channels, s, s], smallest first; one where the network paints at one level only.</returns>
    IReadOnlyList<T> Decode<T>(ILayers<T> net, T z, bool everyLevel);
}
