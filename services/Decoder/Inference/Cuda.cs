using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace FaceMix.Decoder.Inference;

/// <summary>Whether ONNX Runtime can compute with CUDA here.</summary>
internal static class Cuda
{
    private const string Provider = "CUDAExecutionProvider";

    // The model y = Conv(x, 2), each of shape [1, 1, 1, 1]. A convolution, because cuDNN is loaded by the first one.
    private static readonly byte[] s_model = Convert.FromBase64String(
        "CAg6YwoPCgF4CgF3EgF5IgRDb252EgFnKhMIAQgBCAEIARABIgQAAABAQgF3WhsKAXgSFgoUCAESEAoCCAEKAggBCgIIAQoCCAFiGwoBeRIWChQIARIQCgIIAQoCCAEKAggBCgIIAUIECgAQDQ==");

    /// <summary>Whether the build holds ONNX Runtime with CUDA (<c>-p:Accelerator=cuda</c>).</summary>
    public static bool IsInBuild => OrtEnv.Instance().GetAvailableProviders().Contains(Provider);

    /// <summary>Runs a small network. A missing CUDA library is found when the provider is added, a missing driver or device when a session opens.</summary>
    /// <returns>Why CUDA cannot be used, in one line without a full stop; null where it can.</returns>
    public static string? Problem()
    {
        if (!IsInBuild)
            return "this build holds ONNX Runtime for CPUs only, and -p:Accelerator=cuda builds the other";
        try
        {
            using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            options.AppendExecutionProvider_CUDA();
            using var session = new InferenceSession(s_model, options);
            using var run = new RunOptions();
            using var x = OrtValue.CreateTensorValueFromMemory([1f], [1, 1, 1, 1]);
            using var y = session.Run(run, ["x"], [x], ["y"]);
            return null;
        }
        catch (OnnxRuntimeException failure)
        {
            return Sentence(failure.Message);
        }
    }

    // Of what CUDA's own failures say, the part that is no C++ signature: "… CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; …".
    private static string Sentence(string message)
    {
        var start = message.IndexOf("CUDA failure", StringComparison.Ordinal);
        return (start < 0 ? message : message[start..].Split(" ; ")[0]).ReplaceLineEndings(" ").Trim(' ', '.');
    }
}
