using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>The type that a step's products are computed in; the weights are float32 in any case.</summary>
public enum Precision
{
    Float32,

    /// <summary>
    /// Networks run by autocast in bfloat16, whose range is float32's, so that no loss need be scaled; what they hand out is
    /// float32 again, and so is every term of the loss.
    /// </summary>
    Bf16,
}

/// <summary>A forward pass in a shorter type over weights in float32 (Micikevicius et al. 2018).</summary>
public static class MixedPrecision
{
    /// <summary>As presets write it.</summary>
    public static string NameOf(Precision precision) => precision == Precision.Bf16 ? "bf16" : "float32";

    /// <param name="precision">Of the networks' products.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="pass">The forward pass; the backward pass takes its types from it and belongs outside.</param>
    /// <exception cref="UsageException">This build has no autocast.</exception>
    public static T Run<T>(Precision precision, Device device, Func<T> pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        using var region = Begin(precision, device);
        return pass();
    }

    private static IDisposable? Begin(Precision precision, Device device) => precision == Precision.Float32 ? null :
#if COMPAT_PACKAGES
        new FaceMix.Torch.Autocast(device);
#else
        throw new UsageException($"training.precision is bf16 on {device}; TorchSharp's public package has no autocast, only the build with compat/ has.");
#endif
}
