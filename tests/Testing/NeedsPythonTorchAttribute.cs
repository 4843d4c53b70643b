namespace FaceMix.Tests;

/// <summary>A fact that compares with Python's torch, the distribution's own.</summary>
public sealed class NeedsPythonTorchAttribute() : NeedsAttribute(Missing)
{
    /// <summary>What is missing, as a sentence; null when nothing is.</summary>
    public static string? Missing { get; } =
        File.Exists(PythonScript.Interpreter) && Directory.Exists("/usr/lib/python3/dist-packages/torch")
            ? null
            : "Python's torch is missing: apt-get install python3-torch python3-numpy.";
}
