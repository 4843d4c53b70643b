using System.Numerics;

namespace FaceMix.LatentStore.Features;

/// <summary>Which attributes a face must have and which it must not; no bit is in both.</summary>
/// <param name="Want">Bits it must have.</param>
/// <param name="Avoid">Bits it must not have.</param>
public readonly record struct Wish(ulong Want, ulong Avoid)
{
    /// <summary>The wanted bits that a face lacks.</summary>
    public ulong Missing(ulong mask) => Want & ~mask;

    /// <summary>The avoided bits that a face has.</summary>
    public ulong Unwanted(ulong mask) => Avoid & mask;

    /// <summary>How many wishes a face does not meet, 0 to 64.</summary>
    public int Misses(ulong mask) => BitOperations.PopCount(Missing(mask) | Unwanted(mask));
}
