using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

/// <summary>
/// A VAE for pictures [N, 3, 16, 16] with one layer of each kind; adam_steps.py has the same. There is no bias before a
/// batch norm: its gradient would be rounding alone, which Adam makes as large as any other.
/// </summary>
internal sealed class SmallVae : nn.Module<Tensor, Tensor, (Tensor picture, Tensor mean, Tensor logvar)>
{
    private readonly Sequential encoder;
    private readonly Linear heads;
    private readonly Linear start;
    private readonly Sequential decoder;

    public SmallVae() : base(nameof(SmallVae))
    {
        encoder = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride: 2, padding: 1, bias: false), nn.BatchNorm2d(8), nn.LeakyReLU(0.2),
            nn.Conv2d(8, 16, 3, stride: 2, padding: 1), nn.GroupNorm(4, 16), nn.SiLU(), nn.Flatten());
        heads = nn.Linear(256, 8);
        start = nn.Linear(4, 256);
        decoder = nn.Sequential(
            nn.Unflatten(1, [16, 4, 4]), nn.Upsample(scale_factor: [2, 2]),
            nn.Conv2d(16, 8, 3, padding: 1, bias: false), nn.BatchNorm2d(8), nn.ReLU(),
            nn.ConvTranspose2d(8, 3, 4, stride: 2, padding: 1), nn.Sigmoid());
        RegisterComponents();
    }

    /// <param name="input1">Pictures [N, 3, 16, 16].</param>
    /// <param name="input2">Standard normal noise [N, 4].</param>
    public override (Tensor picture, Tensor mean, Tensor logvar) forward(Tensor input1, Tensor input2)
    {
        var both = heads.call(encoder.call(input1)).chunk(2, 1);
        var z = both[0] + (0.5 * both[1]).exp() * input2;
        return (decoder.call(start.call(z)), both[0], both[1]);
    }

    public static Tensor Loss((Tensor picture, Tensor mean, Tensor logvar) output, Tensor target) =>
        nn.functional.mse_loss(output.picture, target) + 1e-2 * (output.mean.square() + output.logvar.exp() - 1 - output.logvar).mean();
}
