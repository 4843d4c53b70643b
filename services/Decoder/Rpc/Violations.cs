namespace FaceMix.Decoder.Rpc;

/// <summary>One field that is not what it must be.</summary>
/// <param name="Field">Its path: <c>latents[3].values[7]</c>.</param>
/// <param name="Description">A sentence.</param>
public readonly record struct Violation(string Field, string Description);

/// <summary>The request is refused whole; carries every violation that was found.</summary>
public sealed class InvalidRequestException(IReadOnlyList<Violation> violations) : Exception(violations[0].Description)
{
    public IReadOnlyList<Violation> Violations { get; } = violations;
}

/// <summary>Collects what is wrong with a request, so that its author learns all of it at once.</summary>
public sealed class Violations
{
    private const int Most = 16;

    private readonly List<Violation> _found = [];

    public void Require(bool holds, string field, string otherwise)
    {
        if (!holds)
            Add(field, otherwise);
    }

    public void Add(string field, string description)
    {
        if (_found.Count < Most)
            _found.Add(new Violation(field, description));
    }

    /// <exception cref="InvalidRequestException">Something was found.</exception>
    public void ThrowIfAny()
    {
        if (_found.Count > 0)
            throw new InvalidRequestException(_found);
    }
}
