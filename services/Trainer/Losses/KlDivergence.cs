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
    public static Tensor OfStandardNormal(Tensor mean, Tensor logvar) =>
        ((mean * mean + logvar.exp() - logvar - 1) * 0.5).sum(1).mean();
}
