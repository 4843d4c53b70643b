using Microsoft.Playwright;

namespace FaceMix.Tests;

/// <summary>The distribution's own browser, without a window. Compiled into each project that drives it.</summary>
internal static class Chromium
{
    private const string Program = "/usr/bin/chromium";

    /// <summary>What is missing, as a sentence; null when nothing is.</summary>
    public static string? Missing => File.Exists(Program) ? null : "Chromium is not installed; ./facemix test installs it.";

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Program,
        Args =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
        ],
    });
}
