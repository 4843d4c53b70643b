namespace FaceMix.Tests.EndToEnd;

/// <summary>The services' programs, built in the same way as these tests.</summary>
internal static class Programs
{
    // "bin/Debug/net10.0" here is "bin/Debug/net10.0" there, whichever configuration and package switch was built.
    private static readonly string BuildFolder =
        Path.GetRelativePath(Repository.PathOf("tests", "EndToEnd"), AppContext.BaseDirectory);

    public static string FolderOf(string service) => Repository.PathOf("services", service, BuildFolder);

    public static string PathOf(string service) => Path.Combine(FolderOf(service), $"FaceMix.{service}.dll");
}
