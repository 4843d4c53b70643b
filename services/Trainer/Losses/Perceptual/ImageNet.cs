using FaceMix.Networks.Layers;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Losses.Perceptual;

/// <summary>What networks trained on ImageNet expect of pixels.</summary>
internal static class ImageNet
{
    private static readonly Constant s_mean = new([0.485f, 0.456f, 0.406f], 1, 3, 1, 1);
    private static readonly Constant s_deviation = new([0.229f, 0.224f, 0.225f], 1, 3, 1, 1);

    /// <param name="pictures">[N, 3, H, W] in [0, 1].</param>
    /// <returns>As many, each colour with ImageNet's mean 0 and deviation 1.</returns>
    public static Tensor Normalise(Tensor pictures) =>
        (pictures - s_mean.On(pictures.device, ScalarType.Float32)) / s_deviation.On(pictures.device, ScalarType.Float32);
}
