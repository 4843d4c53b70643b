using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>The model's pixels lie in [-1, 1]: byte b is b / 127.5 - 1.</summary>
public static class Pixels
{
    /// <param name="rgb">uint8 [N, H, W, 3].</param>
    /// <param name="count">N.</param>
    /// <param name="size">H and W.</param>
    /// <returns>float32 [N, 3, H, W].</returns>
    public static Tensor ToTensor(byte[] rgb, int count, int size)
    {
        if (rgb.Length != (long)count * size * size * 3)
            throw new ArgumentException($"{count} pictures of {size} pixels take {(long)count * size * size * 3} bytes, not {rgb.Length}.", nameof(rgb));
        using var scope = NewDisposeScope();
        var bytes = tensor(rgb, [count, size, size, 3]);
        return (bytes.permute(0, 3, 1, 2).to(ScalarType.Float32).contiguous() / 127.5 - 1).MoveToOuterDisposeScope();
    }
}
