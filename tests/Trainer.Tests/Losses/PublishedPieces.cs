using FaceMix.Datasets;
using FaceMix.Evaluation;
using FaceMix.Networks;
using FaceMix.Trainer.Losses;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Losses;

public sealed class PublishedPieces
{
    [Fact]
    public void Halving_bicubically_has_the_published_taps()
    {
        using var scope = NewDisposeScope();
        var picture = zeros(1, 1, 16, 16);
        picture.narrow(2, 8, 1).narrow(3, 7, 1).fill_(1);

        var halved = Reconstruction.HalveBicubic(picture);

        // Row i of the half is made of rows 2i - 1 to 2i + 2.
        Assert.Equal(0.5625f * 0.5625f, At(halved, 4, 3), 6);
        Assert.Equal(0.5625f * -0.0625f, At(halved, 4, 4), 6);
        Assert.Equal(-0.0625f * 0.5625f, At(halved, 3, 3), 6);
        Assert.Equal(-0.0625f * -0.0625f, At(halved, 3, 4), 6);
    }

    [Fact]
    public void Halving_bicubically_keeps_a_plain_picture_up_to_its_border()
    {
        using var scope = NewDisposeScope();

        Assert.All(Reconstruction.HalveBicubic(full([2, 3, 8, 8], 0.7f)).data<float>().ToArray(), value => Assert.Equal(0.7f, value, 5));
    }

    [Fact]
    public void Cross_entropy_is_in_nats_and_finite_at_the_ends()
    {
        using var scope = NewDisposeScope();

        Assert.Equal(Math.Log(2), Reconstruction.Bce(full([1, 1, 4, 4], 0.5f), ones(1, 1, 4, 4)).item<float>(), 5);
        Assert.True(float.IsFinite(Reconstruction.Bce(zeros(1, 1, 4, 4), ones(1, 1, 4, 4)).item<float>()));
    }

    [Fact]
    public void A_sum_is_the_mean_times_the_pixels_of_a_picture()
    {
        using var scope = NewDisposeScope();
        var (picture, target) = (rand([5, 3, 8, 8]), rand([5, 3, 8, 8]));
        var output = new VaeOutput([picture], zeros(5, 2), zeros(5, 2));
        var options = new LossOptions { L1 = 0, Mse = 1, Kl = 1, KlWarmup = 0 };

        var mean = new VaeLoss(options).Compute(output, target, 1).Total.item<float>();
        var sum = new VaeLoss(options with { Reduction = Reduction.Sum }).Compute(output, target, 1).Total.item<float>();

        Assert.Equal(sum, mean * 3 * 8 * 8, 2);
    }

    [Theory]
    [InlineData(28, 2)]
    [InlineData(64, 3)]
    [InlineData(128, 4)]
    [InlineData(176, 5)]
    [InlineData(512, 5)]
    [InlineData(10, 0)]
    public void Small_pictures_use_fewer_scales(int size, int scales) => Assert.Equal(scales, new MsSsim().ScalesFor(size));

    [Fact]
    public void Ms_ssim_is_1_for_equal_pictures_and_teaches_towards_them()
    {
        using var scope = NewDisposeScope();
        var target = rand([2, 3, 64, 64]);
        var picture = (target + (rand([2, 3, 64, 64]) * 0.2)).detach();
        picture.requires_grad = true;
        var msSsim = new MsSsim();

        var before = msSsim.Of(picture, target);
        before.backward();
        var after = msSsim.Of(picture.detach() + (picture.grad! / picture.grad!.norm()), target);

        Assert.Equal(1, msSsim.Of(target, target).item<float>(), 5);
        Assert.True(after.item<float>() > before.item<float>());
    }

    [Fact]
    public void Ms_ssim_says_what_the_metric_of_the_reports_says()
    {
        using var scope = NewDisposeScope();
        const int count = 4;
        var originals = new SyntheticSource(3, count, 64).ReadSpread(count);
        var pictures = originals.Select((value, i) => (byte)Math.Clamp(value + (i * 37 % 41) - 20, 0, 255)).ToArray();
        Tensor Unit(byte[] rgb) => (Pixels.ToTensor(rgb, count, 64) + 1) / 2;

        var loss = new MsSsim().Of(Unit(pictures), Unit(originals)).item<float>();

        Assert.Equal(StructuralSimilarity.Of(pictures, originals, 64).MsSsim, loss, 1e-4);
    }

    private static float At(Tensor picture, int row, int column) => picture[0, 0, row, column].item<float>();
}
