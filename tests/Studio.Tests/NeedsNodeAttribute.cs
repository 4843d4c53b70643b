namespace FaceMix.Tests.Studio;

/// <summary>A test that runs the page's own tests, which are TypeScript.</summary>
internal sealed class NeedsNodeAttribute : NeedsAttribute
{
    public NeedsNodeAttribute() : base(Missing())
    {
    }

    private static string? Missing()
    {
        if (!Directory.Exists(Repository.PathOf("node_modules", "esbuild")))
            return "The page's tools are missing: run npm ci in the repository root.";
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "node")));
        return onPath ? null : "node is missing: ./facemix up installs it.";
    }
}
