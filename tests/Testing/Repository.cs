namespace FaceMix.Tests;

/// <summary>Where the checkout lies that these tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder that holds FaceMix.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path within the checkout.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FaceMix.slnx")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"No FaceMix.slnx above {AppContext.BaseDirectory}: the tests run from a checkout.");
    }
}
