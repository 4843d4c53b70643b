using static TorchSharp.torch;

namespace FaceMix.Trainer.Losses.Perceptual;

/// <summary>A network that is looked into and never changed.</summary>
public interface IPerceptualNetwork : IDisposable
{
    /// <summary>What it is and where it comes from, for the run's words and the card.</summary>
    string Name { get; }

    /// <param name="pictures">[N, 3, H, W] in [0, 1], red first.</param>
    /// <returns>One tensor of maps [N, C, h, w] for each layer that is compared.</returns>
    IReadOnlyList<Tensor> Maps(Tensor pictures);
}

public static class PerceptualLoss
{
    /// <summary>Mean absolute difference of the maps, averaged over the layers, as a scalar.</summary>
    /// <param name="network">Looked into.</param>
    /// <param name="picture">[N, 1 or 3, H, W] in [0, 1]; its gradient is followed.</param>
    /// <param name="target">As many.</param>
    public static Tensor Of(IPerceptualNetwork network, Tensor picture, Tensor target)
    {
        IReadOnlyList<Tensor> wanted;
        using (no_grad())
            wanted = Maps(network, target.detach());
        var maps = Maps(network, picture);
        return maps.Zip(wanted, (a, b) => (a - b).abs().mean()).Aggregate((a, b) => a + b) / maps.Count;
    }

    private static IReadOnlyList<Tensor> Maps(IPerceptualNetwork network, Tensor pictures) => network.Maps(Colours(pictures));

    private static Tensor Colours(Tensor pictures) => pictures.shape[1] == 1 ? pictures.expand(-1, 3, -1, -1) : pictures;
}
