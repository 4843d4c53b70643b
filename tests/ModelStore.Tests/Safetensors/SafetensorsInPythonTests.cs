using System.Diagnostics;
using System.Text.Json.Nodes;
using FaceMix.ModelStore.Safetensors;
using Xunit;

namespace FaceMix.Tests.ModelStore.Safetensors;

/// <summary>The format is not only what this code thinks it is: a reader and writer of forty lines of Python agree.</summary>
public sealed class SafetensorsInPythonTests
{
    [NeedsNumpy]
    public void What_is_written_here_is_read_there()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.safetensors");
        SafetensorsWriter.Write(path,
        [
            SafetensorsTensor.Of("weights", [2, 2], (ReadOnlySpan<float>)[1.5f, -2, 3, 4]),
            new("half", SafetensorsType.Float16, [1], new byte[] { 0, 0x34 }),
            SafetensorsTensor.Of("bytes", [3], (ReadOnlySpan<byte>)[1, 2, 255]),
            SafetensorsTensor.Of("step", [], (ReadOnlySpan<long>)[12]),
        ]);

        var tensors = JsonNode.Parse(NeedsNumpyAttribute.Run("read", path))!.AsObject();

        Assert.Equal("""{"dtype":"F32","shape":[2,2],"values":[1.5,-2.0,3.0,4.0]}""", tensors["weights"]!.ToJsonString());
        Assert.Equal("""{"dtype":"F16","shape":[1],"values":[0.25]}""", tensors["half"]!.ToJsonString());
        Assert.Equal("""{"dtype":"U8","shape":[3],"values":[1.0,2.0,255.0]}""", tensors["bytes"]!.ToJsonString());
        Assert.Equal("""{"dtype":"I64","shape":[],"values":[12.0]}""", tensors["step"]!.ToJsonString());
    }

    [NeedsNumpy]
    public void What_is_written_there_is_read_here()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("b.safetensors");
        NeedsNumpyAttribute.Run("write", path);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal([0f, 1, 2, 3, 4, 5], file.ReadFloat32("weights", 2, 3));
        Assert.Equal([-7L], file.ReadInt64("count"));
        Assert.Equal(SafetensorsType.Float16, file.Tensors["half"].Type);
    }
}

/// <summary>Needs Debian's Python with NumPy.</summary>
public sealed class NeedsNumpyAttribute : NeedsAttribute
{
    private const string Python = "/usr/bin/python3";

    public NeedsNumpyAttribute()
        : base(Present.Value ? null : "NumPy for /usr/bin/python3 is missing: apt-get install python3-numpy")
    {
    }

    private static Lazy<bool> Present { get; } = new(() => File.Exists(Python) && RunPython("-c", "import numpy") is not null);

    public static string Run(params string[] arguments) =>
        RunPython([Repository.PathOf("tests", "ModelStore.Tests", "Safetensors", "safetensors_by_hand.py"), .. arguments])
        ?? throw new InvalidOperationException("safetensors_by_hand.py failed; its message is above.");

    private static string? RunPython(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : null;
    }
}
