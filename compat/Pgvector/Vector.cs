using System.Globalization;

namespace Pgvector;

/// <summary>A value of pgvector's type <c>vector</c>: 1 to 16 000 single-precision numbers.</summary>
public class Vector : IEquatable<Vector>
{
    /// <summary>The numbers themselves, not a copy.</summary>
    public ReadOnlyMemory<float> Memory { get; }

    /// <summary>Wraps the numbers without copying them.</summary>
    public Vector(ReadOnlyMemory<float> v) => Memory = v;

    /// <summary>Reads pgvector's text form, "[1,2.5,-3]".</summary>
    /// <exception cref="FormatException">The text is not of that form.</exception>
    public Vector(string s)
    {
        ArgumentNullException.ThrowIfNull(s);
        if (s is not ['[', .. var inner, ']'])
            throw new FormatException("A vector's text form is '[1,2,3]'.");
        Memory = inner.Split(',').Select(number => float.Parse(number, CultureInfo.InvariantCulture)).ToArray();
    }

    /// <summary>A copy of the numbers.</summary>
    public float[] ToArray() => Memory.ToArray();

    /// <summary>pgvector's text form.</summary>
    public override string ToString() =>
        $"[{string.Join(',', ToArray().Select(number => number.ToString(CultureInfo.InvariantCulture)))}]";

    public bool Equals(Vector? other) => other is not null && Memory.Span.SequenceEqual(other.Memory.Span);

    public override bool Equals(object? obj) => Equals(obj as Vector);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var number in Memory.Span)
            hash.Add(number);
        return hash.ToHashCode();
    }

    public static bool operator ==(Vector? x, Vector? y) => x is null ? y is null : x.Equals(y);

    public static bool operator !=(Vector? x, Vector? y) => !(x == y);
}
