using System.Numerics;

namespace FaceMix.LatentStore.Latents;

/// <summary>A data set's attributes in its own order: name i is bit i of a mask.</summary>
public sealed class AttributeNames
{
    /// <summary>As many as a mask has bits.</summary>
    public const int MaxCount = 64;

    private readonly Dictionary<string, int> _bits;

    /// <param name="names">At most 64, all different.</param>
    public AttributeNames(IReadOnlyList<string> names)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Count, MaxCount);
        Names = names;
        _bits = names.Select((name, bit) => (name, bit)).ToDictionary(pair => pair.name, pair => pair.bit, StringComparer.Ordinal);
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The bits that a mask may have set.</summary>
    public ulong AllBits => Names.Count == MaxCount ? ulong.MaxValue : (1UL << Names.Count) - 1;

    /// <summary>The name's bit, or null for a name that is not of this list.</summary>
    public ulong? BitOf(string name) => _bits.TryGetValue(name, out var bit) ? 1UL << bit : null;

    /// <summary>The names of a mask's bits, in the list's order.</summary>
    public IEnumerable<string> In(ulong mask)
    {
        for (var rest = mask & AllBits; rest != 0; rest &= rest - 1)
            yield return Names[BitOperations.TrailingZeroCount(rest)];
    }

    /// <summary>The name most like a misspelt one, or null when none is close.</summary>
    public string? Nearest(string misspelt)
    {
        if (misspelt.Length > 64)
            return null;
        var (name, distance) = Names
            .Select(name => (name, Distance: EditDistance(name, misspelt)))
            .DefaultIfEmpty((string.Empty, int.MaxValue))
            .MinBy(pair => pair.Item2);
        return distance <= Math.Max(2, misspelt.Length / 3) ? name : null;
    }

    /// <summary>Letters to add, remove or change, their case not counting.</summary>
    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
