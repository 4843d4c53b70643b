namespace FaceMix.Tests;

/// <summary>A fact that needs PostgreSQL with pgvector: an image for <see cref="TestPostgres"/>, or the server's programs on this machine.</summary>
public sealed class NeedsPostgresAttribute() : NeedsAttribute(Missing)
{
    /// <summary>What is missing, as a sentence; null when nothing is.</summary>
    public static string? Missing { get; } = FindMissing();

    private static string? FindMissing()
    {
        if (TestPostgres.Image is not null)
            return null;
        const string programs = "/usr/lib/postgresql";
        var newest = !Directory.Exists(programs)
            ? 0
            : Directory.GetDirectories(programs)
                .Select(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .DefaultIfEmpty(0)
                .Max();
        if (newest < 15)
            return "No PostgreSQL 15 or later is installed; ./facemix test installs it.";
        return File.Exists($"/usr/share/postgresql/{newest}/extension/vector.control")
            ? null
            : $"PostgreSQL {newest} has no pgvector; ./facemix test installs it.";
    }
}
