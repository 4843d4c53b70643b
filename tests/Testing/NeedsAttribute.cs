using Xunit;

namespace FaceMix.Tests;

/// <summary>
/// A fact that needs something of the machine: a desk without it skips the test and says why,
/// a CI run (environment variable <c>CI</c> set) runs it all the same and fails.
/// </summary>
public abstract class NeedsAttribute : FactAttribute
{
    /// <param name="missing">What is missing, as a sentence with the command that installs it; null when nothing is.</param>
    protected NeedsAttribute(string? missing) => Skip = OnADesk(missing);

    internal static string? OnADesk(string? missing) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")) ? missing : null;
}

/// <summary>The same for a theory.</summary>
public abstract class NeedsTheoryAttribute : TheoryAttribute
{
    /// <param name="missing">What is missing, as a sentence with the command that installs it; null when nothing is.</param>
    protected NeedsTheoryAttribute(string? missing) => Skip = NeedsAttribute.OnADesk(missing);
}
