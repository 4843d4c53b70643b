using System.ComponentModel.DataAnnotations;

namespace FaceMix.Decoder.Inference;

public enum InferenceDevice
{
    /// <summary>CUDA where it works, the CPU otherwise.</summary>
    Auto,
    Cpu,
    Cuda,
}

/// <summary>Configuration section <c>Decoder</c>.</summary>
public sealed class InferenceOptions
{
    [EnumDataType(typeof(InferenceDevice))]
    public InferenceDevice Device { get; set; } = InferenceDevice.Auto;

    /// <summary>Threads within one run on the CPU; 0 lets ONNX Runtime choose one per core.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }
}
