using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Presets;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>
/// Whether a GPU's step is recorded as a CUDA graph: hundreds of kernels, of which each takes less time than its launch, become
/// one launch. What a recorded step does is what any other does.
/// </summary>
public enum RecordedSteps
{
    /// <summary>On a GPU, unless something in the run cannot be recorded; the run says what.</summary>
    Auto,

    /// <summary>What cannot be recorded is wrong usage.</summary>
    On,

    Off,
}

/// <summary>What can be recorded, and what cannot.</summary>
public static class Recording
{
    /// <summary>Before a run begins: refuses what was asked for and cannot be.</summary>
    /// <exception cref="UsageException">Recording was asked for, and the device or something in the preset cannot.</exception>
    public static void Check(Preset preset, Device device) => Decide(preset, device, perceptual: null, together: false);

    /// <summary>Decides for a run that is about to begin.</summary>
    /// <param name="preset">What was asked for.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="perceptual">The network that its pictures are compared through, if any.</param>
    /// <param name="together">Whether several processes train together.</param>
    /// <returns>Whether steps are recorded, and where they are not on a GPU, a sentence that says why.</returns>
    /// <exception cref="UsageException">Recording was asked for, and something cannot.</exception>
    public static (bool Records, string? Why) Decide(Preset preset, Device device, IPerceptualNetwork? perceptual, bool together) =>
        Decide(preset, device, perceptual, together, IsPossible);

    /// <inheritdoc cref="Decide(Preset, Device, IPerceptualNetwork?, bool)"/>
    /// <param name="preset">What was asked for.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="perceptual">The network that its pictures are compared through, if any.</param>
    /// <param name="together">Whether several processes train together.</param>
    /// <param name="possible">Whether this build and machine can record at all.</param>
    public static (bool Records, string? Why) Decide(Preset preset, Device device, IPerceptualNetwork? perceptual, bool together, bool possible)
    {
        ArgumentNullException.ThrowIfNull(preset);
        var wish = preset.Training.CudaGraph;
        if (wish == RecordedSteps.Off)
            return (false, null);
        if (!Devices.IsGpu(device))
        {
            return wish == RecordedSteps.Auto
                ? (false, null)
                : throw new UsageException($"training.cuda_graph is on, but the run computes on the {device}; ask for auto, or for a GPU with --device cuda.");
        }
        if (Hindrance(preset, perceptual, together, possible) is not { } hindrance)
            return (true, null);
        return wish == RecordedSteps.Auto
            ? (false, $"Steps are not recorded as a CUDA graph: {hindrance}.")
            : throw new UsageException($"training.cuda_graph is on, but {hindrance}; ask for auto.");
    }

    private static bool IsPossible =>
#if COMPAT_PACKAGES
        FaceMix.Torch.CudaGraph.IsAvailable;
#else
        false;
#endif

    private static string? Hindrance(Preset preset, IPerceptualNetwork? perceptual, bool together, bool possible) =>
        !possible ? "this build of native/torch cannot (it takes CUDA's headers and libtorch 2.1 or later)"
        : together ? "several processes train together"
        : preset.Adversarial.Weight > 0 ? "the preset has a discriminator, whose step depends on its loss"
        : perceptual is OnnxNetwork ? "the perceptual network is an ONNX graph, which is read anew at each step"
        : null;
}
