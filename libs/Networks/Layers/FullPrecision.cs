using static TorchSharp.torch;

namespace FaceMix.Networks.Layers;

internal static class FullPrecision
{
    /// <summary>
    /// What a network hands out in bfloat16, in float32 again: eight bits of mantissa are too few for an exponential, a divergence
    /// or a difference of variances. Any other type stays as it is.
    /// </summary>
    public static Tensor Of(Tensor x) => x.dtype == ScalarType.BFloat16 ? x.to(ScalarType.Float32) : x;
}
