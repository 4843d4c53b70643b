using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FaceMix.Tests;

/// <summary>
/// Runs a script of the tests that gets arrays and gives arrays back: float32 files of a folder beside an index.json
/// with their shapes. In the script, <c>arrays.py</c> reads and writes them.
/// </summary>
public static class PythonScript
{
    /// <summary>The distribution's interpreter, which sees the distribution's torch; one on the path may not.</summary>
    public const string Interpreter = "/usr/bin/python3";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <param name="script">Path of the script.</param>
    /// <param name="arrays">What it gets, by name.</param>
    /// <param name="settings">Strings beside the arrays, by name.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">The script failed; the message is what it said.</exception>
    public static Dictionary<string, (long[] Shape, float[] Values)> Run(
        string script, IEnumerable<(string Name, long[] Shape, float[] Values)> arrays, IReadOnlyDictionary<string, string>? settings = null)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("in"));
        Directory.CreateDirectory(folder.File("out"));
        var shapes = new Dictionary<string, long[]>();
        foreach (var (name, shape, values) in arrays)
        {
            shapes.Add(name, shape);
            File.WriteAllBytes(folder.File("in", name + ".f32"), MemoryMarshal.AsBytes<float>(values));
        }
        File.WriteAllText(folder.File("in", "index.json"), JsonSerializer.Serialize(shapes));
        File.WriteAllText(folder.File("in", "settings.json"), JsonSerializer.Serialize(settings ?? new Dictionary<string, string>()));
        Execute(script, folder.Path);
        var written = JsonSerializer.Deserialize<Dictionary<string, long[]>>(File.ReadAllText(folder.File("out", "index.json")))!;
        return written.ToDictionary(
            entry => entry.Key,
            entry => (entry.Value, MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder.File("out", entry.Key + ".f32"))).ToArray()));
    }

    /// <summary>Runs a script with a folder as its argument.</summary>
    /// <exception cref="InvalidOperationException">The script failed; the message is what it said.</exception>
    public static void Execute(string script, string folder)
    {
        var info = new ProcessStartInfo(Interpreter, [script, folder]) { RedirectStandardError = true, RedirectStandardOutput = true };
        info.Environment["PYTHONPATH"] = Repository.PathOf("tests", "Testing");
        info.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{script} ran longer than {Limit}.");
        }
        if (process.ExitCode != 0) throw new InvalidOperationException($"{script} ended with {process.ExitCode}: {error.Result}{output.Result}");
    }
}
