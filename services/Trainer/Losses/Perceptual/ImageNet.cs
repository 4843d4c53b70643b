using static TorchSharp.torch;

namespace FaceMix.Trainer.Losses.Perceptual;

/// <summary>What networks trained on ImageNet expect of pixels.</summary>
internal static class ImageNet
{
    private static readonly float[] s_mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_deviation = [0.229f, 0.224f, 0.225f];

    /// <param name="pictures">[N, 3, H, W] in [0, 1].</param>
    /// <returns>As many, each colour with ImageNet's mean 0 and deviation 1.</returns>
    public static Tensor Normalise(Tensor pictures)
    {
        var mean = tensor(s_mean, [1, 3, 1, 1], device: pictures.device);
        var deviation = tensor(s_deviation, [1, 3, 1, 1], device: pictures.device);
        return (pictures - mean) / deviation;
    }
}
