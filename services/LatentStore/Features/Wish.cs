using FaceMix.Latents;

namespace FaceMix.LatentStore.Features;

/// <summary>Which attributes a face must have and which it must not; no bit is in both.</summary>
/// <param name="Want">Bits it must have.</param>
/// <param name="Avoid">Bits it must not have.</param>
public readonly record struct Wish(AttributeMask Want, AttributeMask Avoid)
{
    /// <summary>The wanted bits that a face lacks.</summary>
    public AttributeMask Missing(AttributeMask mask) => Want & ~mask;

    /// <summary>The avoided bits that a face has.</summary>
    public AttributeMask Unwanted(AttributeMask mask) => Avoid & mask;

    /// <summary>How many wishes a face does not meet, 0 to 64.</summary>
    public int Misses(AttributeMask mask) => (Missing(mask) | Unwanted(mask)).Count;
}
