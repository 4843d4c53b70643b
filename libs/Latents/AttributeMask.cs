using System.Numerics;

namespace FaceMix.Latents;

/// <summary>A set of attributes of one list: bit i is the list's name i (<see cref="AttributeNames"/>).</summary>
/// <param name="Bits">Bit 0 is the first name.</param>
public readonly record struct AttributeMask(ulong Bits)
{
    /// <summary>Longest list of attributes.</summary>
    public const int MaxAttributes = 64;

    /// <summary>No attribute.</summary>
    public static AttributeMask None => default;

    public bool IsEmpty => Bits == 0;

    /// <summary>How many attributes there are in it.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>Place of its first attribute; 64 where there is none.</summary>
    public int First => BitOperations.TrailingZeroCount(Bits);

    public AttributeMask WithoutFirst => new(Bits & (Bits - 1));

    /// <summary>Places of its attributes in the list, ascending.</summary>
    public IEnumerable<int> Places
    {
        get
        {
            for (var rest = this; !rest.IsEmpty; rest = rest.WithoutFirst)
                yield return rest.First;
        }
    }

    /// <summary>The attribute of one place, 0 to 63.</summary>
    public static AttributeMask Of(int place) => new(1UL << place);

    /// <summary>All attributes of a list of so many, 0 to 64.</summary>
    public static AttributeMask All(int attributes) => new(attributes >= MaxAttributes ? ulong.MaxValue : (1UL << attributes) - 1);

    /// <summary>From the same 64 bits as a signed number, which is what databases have.</summary>
    public static AttributeMask FromInt64(long bits) => new(unchecked((ulong)bits));

    /// <summary>The same 64 bits as a signed number.</summary>
    public long ToInt64() => unchecked((long)Bits);

    /// <summary>Every attribute moved on by so many places: one column's mask in a list of several columns.</summary>
    public AttributeMask ShiftedBy(int places) => new(Bits << places);

    /// <summary>Whether the attribute of this place, 0 to 63, is in it.</summary>
    public bool Has(int place) => (Bits >> place & 1) != 0;

    public static AttributeMask operator &(AttributeMask left, AttributeMask right) => new(left.Bits & right.Bits);

    public static AttributeMask operator |(AttributeMask left, AttributeMask right) => new(left.Bits | right.Bits);

    public static AttributeMask operator ^(AttributeMask left, AttributeMask right) => new(left.Bits ^ right.Bits);

    public static AttributeMask operator ~(AttributeMask mask) => new(~mask.Bits);
}
