namespace FaceMix.Tests.EndToEnd;

/// <summary>A test that runs all of FaceMix and looks at it with a browser.</summary>
internal sealed class NeedsFaceMixAttribute() : NeedsAttribute(Missing)
{
    public const string Chromium = "/usr/bin/chromium";

    /// <summary>What is missing, as a sentence; null when nothing is.</summary>
    public static string? Missing { get; } =
        NeedsPostgresAttribute.Missing
        ?? (File.Exists(Chromium) ? null : "Chromium is not installed; ./facemix test installs it.")
        ?? (KeptModel.Folder is null ? "The checkout has no model under deploy/models." : null);
}
