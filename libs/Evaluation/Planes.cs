using static TorchSharp.torch;

namespace FaceMix.Evaluation;

/// <summary>Pictures as tensors for metrics, whatever range a model's own pixels have.</summary>
internal static class Planes
{
    /// <param name="rgb">uint8 [N, size, size, 3].</param>
    /// <param name="size">Width and height in pixels.</param>
    /// <returns>float32 [N, 3, size, size] in [0, 1].</returns>
    public static Tensor Of(ReadOnlySpan<byte> rgb, int size) =>
        tensor(rgb.ToArray(), [rgb.Length / (size * size * 3), size, size, 3]).permute(0, 3, 1, 2).to(ScalarType.Float32) / 255;
}
