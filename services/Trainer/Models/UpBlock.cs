using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Models;

/// <summary>
/// Doubles a map's size: two 3×3 convolutions, each followed by a <see cref="StyleNorm"/>, beside a 1×1 shortcut.
/// A block either repeats cells and then convolves (fewer parameters) or convolves to four times the channels and
/// spreads those over the cells (faster where the map is large).
/// </summary>
public sealed class UpBlock : Module<Tensor, Tensor, Tensor>
{
    private readonly bool spread;
    private readonly Conv2d conv1;
    private readonly Conv2d conv2;
    private readonly Conv2d shortcut;
    private readonly StyleNorm norm1;
    private readonly StyleNorm norm2;

    public UpBlock(int from, int to, bool spread, int latent, int width)
        : base(nameof(UpBlock))
    {
        this.spread = spread;
        conv1 = nn.Conv2d(from, spread ? 4 * to : to, 3, padding: 1, bias: false);
        conv2 = nn.Conv2d(to, to, 3, padding: 1, bias: false);
        shortcut = nn.Conv2d(from, to, 1);
        norm1 = new StyleNorm(to, latent, width);
        norm2 = new StyleNorm(to, latent, width);
        RegisterComponents();
    }

    /// <param name="input1">Maps [N, from, H, W].</param>
    /// <param name="input2">Latents [N, latent].</param>
    /// <returns>[N, to, 2H, 2W].</returns>
    public override Tensor forward(Tensor input1, Tensor input2)
    {
        var y = spread ? functional.pixel_shuffle(conv1.call(input1), 2) : conv1.call(Double(input1));
        y = functional.leaky_relu(norm1.call(y, input2), FaceMixEncoder.Slope);
        y = norm2.call(conv2.call(y), input2);
        return functional.leaky_relu(y + Double(shortcut.call(input1)), FaceMixEncoder.Slope);
    }

    private static Tensor Double(Tensor x) => functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
}
