using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Models;

/// <summary>
/// Picture → mean and log-variance of its latent. The picture is first folded to half its size and four times
/// its channels, which costs nothing and spares the convolutions at full size.
/// </summary>
public sealed class FaceMixEncoder : Module<Tensor, (Tensor Mean, Tensor Logvar)>
{
    /// <summary>Slope of every leaky ReLU in the network.</summary>
    public const double Slope = 0.2;

    /// <summary>A log-variance beyond this says nothing more and could overflow its exponential.</summary>
    public const double LogvarLimit = 12;

    private readonly ModuleList<Conv2d> convs = new();
    private readonly ModuleList<BatchNorm2d> norms = new();
    private readonly Linear mean;
    private readonly Linear logvar;

    public FaceMixEncoder(FaceMixOptions options)
        : base(nameof(FaceMixEncoder))
    {
        var channels = 3 * 4;
        foreach (var next in options.Encoder)
        {
            convs.Add(nn.Conv2d(channels, next, 3, stride: convs.Count == 0 ? 1 : 2, padding: 1, bias: false));
            norms.Add(nn.BatchNorm2d(next));
            channels = next;
        }
        var features = channels * FaceMixOptions.BaseSize * FaceMixOptions.BaseSize;
        mean = nn.Linear(features, options.Latent);
        logvar = nn.Linear(features, options.Latent);
        RegisterComponents();
    }

    /// <param name="input">[N, 3, H, W] in [-1, 1].</param>
    /// <returns>Both [N, latent].</returns>
    public override (Tensor Mean, Tensor Logvar) forward(Tensor input)
    {
        var x = functional.pixel_unshuffle(input, 2); // [N, 12, H/2, W/2]
        for (var i = 0; i < convs.Count; i++)
            x = functional.leaky_relu(norms[i].call(convs[i].call(x)), Slope);
        x = x.flatten(1); // [N, C·4·4]
        return (mean.call(x), logvar.call(x).clamp(-LogvarLimit, LogvarLimit));
    }
}
