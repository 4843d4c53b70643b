namespace FaceMix.Latents;

/// <summary>A data set's attributes in its own order: name i is bit i of an <see cref="AttributeMask"/>.</summary>
public sealed class AttributeNames
{
    private readonly Dictionary<string, int> _places;
    private readonly (int Left, int Right)[] _sides;

    /// <param name="names">At most 64, all different.</param>
    public AttributeNames(IReadOnlyList<string> names)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Count, AttributeMask.MaxAttributes);
        Names = names;
        _places = names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
        _sides = [.. FindSides(names)];
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The mask of all names.</summary>
    public AttributeMask All => AttributeMask.All(Names.Count);

    /// <summary>The mask of one name, or null for a name that is not of this list.</summary>
    public AttributeMask? MaskOf(string name) => _places.TryGetValue(name, out var place) ? AttributeMask.Of(place) : null;

    /// <summary>A mask's names, in the list's order.</summary>
    public IEnumerable<string> In(AttributeMask mask) => (mask & All).Places.Select(place => Names[place]);

    /// <summary>The mask of a face's mirror image: attributes that differ in the word Left or Right alone are exchanged.</summary>
    public AttributeMask Mirrored(AttributeMask mask)
    {
        foreach (var (left, right) in _sides)
        {
            if (mask.Has(left) != mask.Has(right))
                mask ^= AttributeMask.Of(left) | AttributeMask.Of(right);
        }
        return mask;
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

    private IEnumerable<(int Left, int Right)> FindSides(IReadOnlyList<string> names)
    {
        for (var left = 0; left < names.Count; left++)
        {
            if (names[left].Contains("Left", StringComparison.Ordinal) && _places.TryGetValue(names[left].Replace("Left", "Right", StringComparison.Ordinal), out var right))
                yield return (left, right);
        }
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
