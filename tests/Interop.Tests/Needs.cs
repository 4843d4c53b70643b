namespace FaceMix.Tests.Interop;

/// <summary>What a direction needs of the machine, as a sentence with the command that installs it; null when it is there.</summary>
internal static class Missing
{
    public static string? Node =>
        IsOnPath("node") && Directory.Exists(Repository.PathOf("node_modules", "@grpc", "grpc-js"))
            ? null
            : "Node or node_modules is missing: install nodejs and run npm ci.";

    public static string? PythonGrpc =>
        Directory.Exists("/usr/lib/python3/dist-packages/grpc") && File.Exists("/usr/bin/grpc_python_plugin")
            ? null
            : "grpcio or protoc's plugin for it is missing: apt-get install python3-grpcio protobuf-compiler protobuf-compiler-grpc.";

    public const string Chromium = "/usr/bin/chromium";

    public static string? Browser => Node ?? (File.Exists(Chromium) ? null : "Chromium is missing: apt-get install chromium.");

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}

/// <summary>A theory is skipped on a desk, and run all the same by CI, as <see cref="NeedsAttribute"/> does with a fact.</summary>
public abstract class NeedsTheoryAttribute : TheoryAttribute
{
    protected NeedsTheoryAttribute(string? missing)
    {
        if (missing is not null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
            Skip = missing;
    }
}

public sealed class NeedsNodeTheoryAttribute() : NeedsTheoryAttribute(Missing.Node);

public sealed class NeedsBrowserTheoryAttribute() : NeedsTheoryAttribute(Missing.Browser);

public sealed class NeedsPythonTheoryAttribute() : NeedsTheoryAttribute(Missing.PythonGrpc);
