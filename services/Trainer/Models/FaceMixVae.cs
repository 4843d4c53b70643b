using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Models;

/// <param name="Pictures">Pictures at every level, smallest first.</param>
/// <param name="Mean">[N, latent].</param>
/// <param name="Logvar">[N, latent].</param>
public readonly record struct VaeOutput(IReadOnlyList<Tensor> Pictures, Tensor Mean, Tensor Logvar);

/// <summary>The variational autoencoder: encoder, a draw from its Gaussian, decoder.</summary>
public sealed class FaceMixVae : Module<Tensor, Tensor, VaeOutput>
{
    public FaceMixVae(FaceMixOptions options)
        : base(nameof(FaceMixVae))
    {
        options.Check();
        Options = options;
        encoder = new FaceMixEncoder(options);
        decoder = new FaceMixDecoder(options);
        RegisterComponents();
    }

    private readonly FaceMixEncoder encoder;
    private readonly FaceMixDecoder decoder;

    public FaceMixOptions Options { get; }

    public FaceMixEncoder Encoder => encoder;

    public FaceMixDecoder Decoder => decoder;

    /// <param name="input1">Pictures [N, 3, H, W] in [-1, 1].</param>
    /// <param name="input2">Standard normal noise [N, latent]; it comes from outside so that a step is a pure function of its inputs.</param>
    public override VaeOutput forward(Tensor input1, Tensor input2)
    {
        var (mean, logvar) = encoder.call(input1);
        var z = mean + (logvar * 0.5).exp() * input2; // [N, latent]
        return new VaeOutput(decoder.call(z), mean, logvar);
    }
}
