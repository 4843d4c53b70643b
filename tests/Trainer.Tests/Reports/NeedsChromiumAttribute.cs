namespace FaceMix.Tests.Trainer.Reports;

/// <summary>A fact that looks at a page with the distribution's browser.</summary>
public sealed class NeedsChromiumAttribute() : NeedsAttribute(File.Exists(Chromium) ? null : "Chromium is missing: apt-get install chromium.")
{
    public const string Chromium = "/usr/bin/chromium";
}
