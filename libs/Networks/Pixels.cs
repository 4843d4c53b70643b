using FaceMix.Imaging;
using FaceMix.Networks.Layers;
using static TorchSharp.torch;

namespace FaceMix.Networks;

/// <summary>Bytes to a model's pixels and back: in [-1, 1] byte b is b / 127.5 - 1, in [0, 1] it is b / 255.</summary>
public static class Pixels
{
    /// <summary>Shares of red, green and blue in grey (ITU-R BT.601).</summary>
    public static ReadOnlySpan<float> GreyShares => [(float)Luminance.Red, (float)Luminance.Green, (float)Luminance.Blue];

    private static readonly Constant s_luminance = new([.. GreyShares], 1, 3, 1, 1);

    /// <summary>Colours in [-1, 1].</summary>
    /// <param name="rgb">uint8 [N, H, W, 3].</param>
    /// <param name="count">N.</param>
    /// <param name="size">H and W.</param>
    /// <param name="device">Where they go; null: the CPU.</param>
    /// <returns>float32 [N, 3, H, W].</returns>
    public static Tensor ToTensor(byte[] rgb, int count, int size, Device? device = null) => ToTensor(rgb, count, size, PixelRange.Signed, 3, device);

    /// <summary>What a model takes in.</summary>
    /// <param name="rgb">uint8 [N, H, W, 3].</param>
    /// <param name="count">N.</param>
    /// <param name="model">Tells size, range and channels.</param>
    /// <param name="device">Where they go; null: the CPU.</param>
    /// <returns>float32 [N, channels, H, W].</returns>
    public static Tensor ToTensor(byte[] rgb, int count, FaceModel model, Device? device = null) =>
        ToTensor(rgb, count, model.Options.ImageSize, model.Network.Range, model.Options.Channels, device);

    /// <summary>What a model takes in, from bytes that lie ready.</summary>
    /// <param name="pinned">From <see cref="Pin"/>.</param>
    /// <param name="count">N.</param>
    /// <param name="model">Tells size, range and channels.</param>
    /// <param name="device">Where they go.</param>
    /// <returns>float32 [N, channels, H, W].</returns>
    public static Tensor ToTensor(Tensor pinned, int count, FaceModel model, Device device)
    {
        using var scope = NewDisposeScope();
        var size = model.Options.ImageSize;
        var bytes = pinned.to(device, non_blocking: true).reshape(count, size, size, 3);
        return InRange(bytes, model.Network.Range, model.Options.Channels).MoveToOuterDisposeScope();
    }

    /// <summary>Bytes in memory that a GPU reads by itself, in no scope.</summary>
    /// <param name="rgb">uint8 [N, H, W, 3], which are copied.</param>
    /// <returns>uint8, in one row.</returns>
    public static Tensor Pin(byte[] rgb)
    {
        using var scope = NewDisposeScope();
        return tensor(rgb).pin_memory().DetachFromDisposeScope();
    }

    /// <param name="pictures">float32 [N, channels, H, W], not clamped.</param>
    /// <param name="range">What its numbers mean.</param>
    /// <returns>uint8 [N, H, W, 3]; grey in all three.</returns>
    public static byte[] ToBytes(Tensor pictures, PixelRange range)
    {
        using var scope = NewDisposeScope();
        var (scale, black) = range == PixelRange.Signed ? (127.5, 127.5) : (255.0, 0.0);
        var bytes = (pictures.detach() * scale + black).clamp(0, 255).round().to(ScalarType.Byte);
        if (bytes.shape[1] == 1)
            bytes = bytes.expand(-1, 3, -1, -1);
        return bytes.permute(0, 2, 3, 1).contiguous().cpu().data<byte>().ToArray();
    }

    private static Tensor ToTensor(byte[] rgb, int count, int size, PixelRange range, int channels, Device? device)
    {
        if (rgb.Length != (long)count * size * size * 3)
            throw new ArgumentException($"{count} pictures of {size} pixels take {(long)count * size * size * 3} bytes, not {rgb.Length}.", nameof(rgb));
        using var scope = NewDisposeScope();
        var bytes = Devices.Send(tensor(rgb, [count, size, size, 3]), device);
        return InRange(bytes, range, channels).MoveToOuterDisposeScope();
    }

    private static Tensor InRange(Tensor bytes, PixelRange range, int channels)
    {
        var x = bytes.permute(0, 3, 1, 2).to(ScalarType.Float32);
        x = range == PixelRange.Signed ? x / 127.5 - 1 : x / 255;
        if (channels == 1)
            x = (x * s_luminance.On(x.device, ScalarType.Float32)).sum(1, keepdim: true);
        return x;
    }
}
