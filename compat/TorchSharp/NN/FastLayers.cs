using static FaceMix.Torch.Aten;
using static TorchSharp.torch;

namespace FaceMix.Torch;

/// <summary>
/// Layers that TorchSharp has no name for and that cost less as one. FaceMix's own: a caller compiles them in only where
/// COMPAT_PACKAGES is set, and writes the same in TorchSharp's words otherwise.
/// </summary>
public static class FastLayers
{
    // at::MemoryFormat::ChannelsLast.
    private const int ChannelsLastFormat = 2;

    /// <summary>
    /// Repeats every cell 2×2 and convolves: <c>conv2d(interpolate(input, scale_factor: [2, 2]), weight, bias, padding: [1, 1])</c>
    /// in 4/9 of the products, and without the doubled map.
    /// </summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="weight">[out, C, 3, 3].</param>
    /// <param name="bias">[out], or none.</param>
    /// <returns>[N, out, 2H, 2W].</returns>
    public static Tensor DoubleConv2d(Tensor input, Tensor weight, Tensor? bias = null) => Call("facemix::double_conv2d", input, weight, bias);

    /// <summary>
    /// The same maps with a cell's channels side by side in memory, which oneDNN's and cuDNN's convolutions take as they
    /// are, while they lay out anew what they get channel by channel. What follows keeps the order.
    /// </summary>
    /// <param name="input">[N, C, H, W].</param>
    public static Tensor ChannelsLast(Tensor input) => Call("contiguous", input, ChannelsLastFormat);
}
