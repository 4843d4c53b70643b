using FaceMix.Networks;
using FaceMix.Trainer.Losses;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Losses;

public sealed class PicturesAreCompared
{
    [Fact]
    public void A_shift_of_all_pixels_is_seen_by_L1_and_not_by_edges()
    {
        using var scope = NewDisposeScope();
        var target = rand([2, 3, 8, 8]);

        Assert.Equal(0.5f, Reconstruction.L1(target + 0.5, target).item<float>(), 5);
        Assert.Equal(0.25f, Reconstruction.Mse(target + 0.5, target).item<float>(), 5);
        Assert.Equal(0f, Reconstruction.Edge(target + 0.5, target).item<float>(), 5);
    }

    [Fact]
    public void A_thin_line_weighs_more_as_an_edge_than_as_a_mean()
    {
        using var scope = NewDisposeScope();
        var target = zeros(1, 3, 16, 16);
        var picture = target.clone();
        picture.narrow(3, 8, 1).fill_(1);

        Assert.True(Reconstruction.Edge(picture, target).item<float>() > Reconstruction.L1(picture, target).item<float>());
    }

    [Fact]
    public void Terms_add_up_to_the_total_with_their_weights()
    {
        using var scope = NewDisposeScope();
        using var model = new FaceModel(new ModelOptions { ImageSize = 32, Latent = 4, Encoder = [4, 4, 4], Decoder = [4, 4, 4], Style = 4 });
        var target = rand([2, 3, 32, 32]);
        var loss = new VaeLoss(new LossOptions { L1 = 1, Mse = 2, Edge = 3, LowerLevels = 0.5, Kl = 0.1 });

        var (total, terms) = loss.Compute(model.call(target, zeros(2, 4)), target, 1);

        Assert.Equal(["l1", "mse", "edge", "l1_16", "l1_8", "kl"], terms.Select(term => term.Name));
        Assert.Equal(terms.Sum(term => term.Weight * term.Raw.item<float>()), total.item<float>(), 3);
    }
}
