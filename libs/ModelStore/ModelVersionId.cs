using System.Diagnostics.CodeAnalysis;

namespace FaceMix.ModelStore;

/// <summary>
/// Names one published model version, written <c>NAME@VERSION</c> ("facemix-64@20261120-213000").
/// Versions order by ordinal comparison, newest last, and the version decides before the name,
/// so that the greatest of several names is the newest of them all.
/// </summary>
public readonly record struct ModelVersionId : IComparable<ModelVersionId>
{
    /// <summary>Longest name or version, in characters.</summary>
    public const int MaxPartLength = 64;

    private readonly string? _name;
    private readonly string? _version;

    /// <exception cref="ModelStoreException">A part is empty, too long or holds a character that is not allowed.</exception>
    public ModelVersionId(string name, string version)
    {
        CheckName(name);
        if (!IsVersion(version))
            throw new ModelStoreException($"\"{version}\" is no model version: {Rule}, and not \"runs\".");
        _name = name;
        _version = version;
    }

    public string Name => _name ?? string.Empty;

    public string Version => _version ?? string.Empty;

    private static string Rule => $"1 to {MaxPartLength} letters, digits, dots, underscores and hyphens, beginning with a letter or digit";

    /// <summary>False for null, too.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ModelVersionId id)
    {
        id = default;
        if (text is null || text.Length > (2 * MaxPartLength) + 1)
            return false;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || !IsPart(text.AsSpan(0, at)) || !IsVersion(text.AsSpan(at + 1)))
            return false;
        id = new ModelVersionId(text[..at], text[(at + 1)..]);
        return true;
    }

    /// <exception cref="ModelStoreException">The text is not NAME@VERSION.</exception>
    public static ModelVersionId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new ModelStoreException($"\"{text}\" is not NAME@VERSION; each part has {Rule}.");

    /// <exception cref="ModelStoreException">The text cannot be a model's name.</exception>
    public static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsPart(name))
            throw new ModelStoreException($"\"{name}\" is no model name: {Rule}.");
    }

    public int CompareTo(ModelVersionId other)
    {
        var byVersion = string.CompareOrdinal(Version, other.Version);
        return byVersion != 0 ? byVersion : string.CompareOrdinal(Name, other.Name);
    }

    public override string ToString() => $"{Name}@{Version}";

    public static bool operator <(ModelVersionId left, ModelVersionId right) => left.CompareTo(right) < 0;

    public static bool operator >(ModelVersionId left, ModelVersionId right) => left.CompareTo(right) > 0;

    public static bool operator <=(ModelVersionId left, ModelVersionId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ModelVersionId left, ModelVersionId right) => left.CompareTo(right) >= 0;

    // A part is a folder's name, so it must neither leave the models folder nor look like a temporary (".tmp-…").
    internal static bool IsPart(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxPartLength || !char.IsAsciiLetterOrDigit(text[0]))
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
                return false;
        }
        return true;
    }

    // "runs" beside the versions is where the trainer keeps its own state.
    internal static bool IsVersion(ReadOnlySpan<char> text) => IsPart(text) && text is not "runs";
}
