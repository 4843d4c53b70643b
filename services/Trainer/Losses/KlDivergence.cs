using static TorchSharp.torch;

namespace FaceMix.Trainer.Losses;

public static class KlDivergence
{
    /// <summary>
    /// KL(N(mean, e^logvar) ‖ N(0, 1)) in nats, <b>summed over the latent and averaged over the batch</b>: the convention of the
    /// paper (Kingma and Welling 2013, appendix B). Averaging over the latent too would make the same weight 1/latent as strong.
    /// </summary>
    /// <param name="mean">[N, latent].</param>
    /// <param name="logvar">[N, latent].</param>
    public static Tensor OfStandardNormal(Tensor mean, Tensor logvar) => Nats(mean, logvar).sum(1).mean();

    /// <summary>Each of the latent's numbers by itself, averaged over the batch; together they are <see cref="OfStandardNormal"/>.</summary>
    /// <returns>[latent].</returns>
    public static Tensor OfEachNumber(Tensor mean, Tensor logvar) => Nats(mean, logvar).mean([0]);

    /// <summary>The sum that training pushes down where free bits or balancing are asked for.</summary>
    /// <param name="each">[latent], from <see cref="OfEachNumber"/>.</param>
    /// <param name="freeBits">Nats that each number may use for nothing.</param>
    /// <param name="balancing">Weighs each number by its own KL divergence.</param>
    public static Tensor Pressed(Tensor each, double freeBits, bool balancing)
    {
        var pressed = freeBits > 0 ? each.clamp_min(freeBits) : each;
        if (balancing)
        {
            var share = each.detach().clamp_min(1e-8);
            pressed = pressed * (share / share.mean());
        }
        return pressed.sum();
    }

    private static Tensor Nats(Tensor mean, Tensor logvar) => (mean * mean + logvar.exp() - logvar - 1) * 0.5;
}
