using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace FaceMix.Tests.Pgvector.Containers;

/// <summary>
/// A fact that runs where a container engine has an image of PostgreSQL with pgvector, and is skipped elsewhere, in
/// CI too: what it tests of the database, the tests against a local server test everywhere.
/// </summary>
public sealed class NeedsPostgresImageAttribute : FactAttribute
{
    public NeedsPostgresImageAttribute() => Skip = Missing;

    /// <summary>The image to use; set FACEMIX_POSTGRES_IMAGE to take another.</summary>
    public static string Image { get; } = Environment.GetEnvironmentVariable("FACEMIX_POSTGRES_IMAGE") ?? "pgvector/pgvector:pg16";

    // After Image, which it asks for: static members are set in the order of the text.
    private static string? Missing { get; } = FindMissing();

    private static string? FindMissing()
    {
        try
        {
            using var docker = Process.Start(new ProcessStartInfo("docker", ["image", "inspect", Image])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            docker.StandardOutput.ReadToEnd();
            docker.StandardError.ReadToEnd();
            docker.WaitForExit();
            return docker.ExitCode == 0 ? null : $"No container engine with the image {Image} answers; 'docker pull {Image}' gets it.";
        }
        catch (Win32Exception)
        {
            return "There is no docker command on this machine.";
        }
    }
}
