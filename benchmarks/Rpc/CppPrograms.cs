using System.Diagnostics;
using FaceMix.Tests;

namespace FaceMix.Benchmarks.Rpc;

/// <summary>The server and the client in C++, built when they are needed.</summary>
internal static class CppPrograms
{
    private static readonly string Build = Repository.PathOf("benchmarks", "Rpc", "obj", "cpp");

    public static string PathOf(string program) => Path.Combine(Build, program);

    /// <exception cref="InvalidOperationException">They do not compile; the compiler's words are above.</exception>
    public static async Task BuildAsync()
    {
        await RunAsync("-S", Repository.PathOf("benchmarks", "Rpc", "cpp"), "-B", Build, "-G", "Ninja");
        await RunAsync("--build", Build);
    }

    /// <summary>What a program says of itself.</summary>
    public static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }

    private static async Task RunAsync(params string[] arguments)
    {
        using var cmake = Process.Start(new ProcessStartInfo("cmake", arguments) { RedirectStandardOutput = true })!;
        var output = await cmake.StandardOutput.ReadToEndAsync();
        await cmake.WaitForExitAsync();
        if (cmake.ExitCode != 0)
            throw new InvalidOperationException($"The C++ peers were not built; is libgrpc++-dev installed?\n{output}");
    }
}
