using System.Diagnostics;
using System.Text.Json;
using FaceMix.Tests;

namespace FaceMix.Benchmarks.Decoding;

/// <summary>
/// The Node server and its npm packages, which are installed when the benchmark first needs them: onnxruntime-node carries every
/// system's libraries, and no one else needs it.
/// </summary>
internal static class NodePackages
{
    private static readonly string s_folder = Repository.PathOf("benchmarks", "Decoding", "node");

    public static string Server => Path.Combine(s_folder, "server.mjs");

    /// <exception cref="InvalidOperationException">npm failed; its message is above.</exception>
    public static async Task InstallAsync()
    {
        // npm leaves a lock of what it installed; the one of the repository is older unless somebody changed it since.
        var (wanted, installed) = (Path.Combine(s_folder, "package-lock.json"), Path.Combine(s_folder, "node_modules", ".package-lock.json"));
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(wanted))
            return;
        Console.Error.WriteLine("Installing the Node server's packages (110 MB to fetch, 310 MB on disk)");
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts"]) { WorkingDirectory = s_folder })!;
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm ci --ignore-scripts in {s_folder} ended with {npm.ExitCode}; its message is above.");
    }

    /// <returns>"Node v22.1.0, grpc-js 1.14.7, ..."</returns>
    public static async Task<string> VersionsAsync()
    {
        using var node = Worker.Start("node", "--version");
        return $"Node {await node.ReadAsync()}, grpc-js {VersionIn(Repository.PathOf("node_modules", "@grpc", "grpc-js"))}, "
            + $"onnxruntime-node {VersionIn(s_folder, "node_modules", "onnxruntime-node")}, sharp {VersionIn(s_folder, "node_modules", "sharp")}";
    }

    private static string VersionIn(params string[] folder)
    {
        using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine([.. folder, "package.json"])));
        return package.RootElement.GetProperty("version").GetString()!;
    }
}
