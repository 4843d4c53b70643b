namespace FaceMix.Tests.EndToEnd;

/// <summary>A test that runs all of FaceMix and looks at it with a browser.</summary>
internal sealed class NeedsFaceMixAttribute() : NeedsAttribute(Missing)
{
    /// <summary>What is missing, as a sentence; null when nothing is.</summary>
    public static string? Missing { get; } =
        NeedsPostgresAttribute.Missing
        ?? Chromium.Missing
        ?? (KeptModel.Folder is null ? "The checkout has no model under deploy/models." : null);
}
