namespace FaceMix.Tests;

/// <summary>A fact that needs a module of the distribution's own Python.</summary>
public abstract class NeedsPythonAttribute : NeedsAttribute
{
    private protected NeedsPythonAttribute(string module, string packages)
        : base(Missing(module, packages))
    {
    }

    /// <summary>What is missing, as a sentence; null when nothing is.</summary>
    public static string? Missing(string module, string packages) =>
        File.Exists(PythonScript.Interpreter) && Directory.Exists($"/usr/lib/python3/dist-packages/{module}")
            ? null
            : $"Python's {module} is missing: apt-get install {packages}.";
}

public sealed class NeedsPythonTorchAttribute() : NeedsPythonAttribute("torch", "python3-torch python3-numpy");

public sealed class NeedsPythonOnnxAttribute() : NeedsPythonAttribute("onnx", "python3-onnx");

public sealed class NeedsPythonGrpcAttribute() : NeedsPythonAttribute("grpc", "python3-grpcio");
