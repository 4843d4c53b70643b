using System.Diagnostics;

namespace FaceMix.Tests.Trainer.Parity;

/// <summary>A fact that needs a Python module of the distribution's own Python.</summary>
public abstract class NeedsPythonAttribute : NeedsAttribute
{
    public const string Python = "/usr/bin/python3";

    private protected NeedsPythonAttribute(string module, string package)
        : base(Has(module) ? null : $"{module} for {Python} is missing: apt-get install {package}")
    {
    }

    private static bool Has(string module)
    {
        if (!File.Exists(Python))
            return false;
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", $"import importlib.util, sys; sys.exit(importlib.util.find_spec('{module}') is None)"]))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

public sealed class NeedsPythonTorchAttribute() : NeedsPythonAttribute("torch", "python3-torch");

public sealed class NeedsPythonOnnxAttribute() : NeedsPythonAttribute("onnx", "python3-onnx");
