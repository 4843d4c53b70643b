using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Models;

/// <summary>
/// Batch norm without an affine of its own, re-normalised from the latent:
/// h = leaky(dense z), x ← x̂·(1 + γ) + β with γ and β dense in h. The latent so speaks at every level.
/// </summary>
public sealed class StyleNorm : Module<Tensor, Tensor, Tensor>
{
    private readonly BatchNorm2d norm;
    private readonly Linear hidden;
    private readonly Linear style;

    public StyleNorm(int channels, int latent, int width)
        : base(nameof(StyleNorm))
    {
        norm = nn.BatchNorm2d(channels, affine: false);
        hidden = nn.Linear(latent, width);
        style = nn.Linear(width, 2 * channels);
        RegisterComponents();
    }

    /// <param name="input1">Maps [N, C, H, W].</param>
    /// <param name="input2">Latents [N, latent].</param>
    /// <returns>[N, C, H, W].</returns>
    public override Tensor forward(Tensor input1, Tensor input2)
    {
        var h = functional.leaky_relu(hidden.call(input2), FaceMixEncoder.Slope); // [N, width]
        var parts = style.call(h).unsqueeze(2).unsqueeze(3).chunk(2, 1); // γ, β: [N, C, 1, 1]
        return norm.call(input1) * (parts[0] + 1) + parts[1];
    }
}
