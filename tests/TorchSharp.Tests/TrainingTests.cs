using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace FaceMix.Tests.TorchSharpRoom;

public class TrainingTests
{
    [Fact]
    public void A_small_convolutional_vae_learns()
    {
        manual_seed(1);
        using var model = new SmallVae();
        var adam = optim.Adam(model.parameters(), lr: 3e-3);
        using var pictures = rand(8, 3, 1, 1).expand(8, 3, 16, 16).contiguous();
        double first = 0, last = 0;
        for (var step = 0; step < 30; step++)
        {
            using var scope = NewDisposeScope();
            adam.zero_grad();
            var (picture, mean, logvar) = model.call(pictures);
            var loss = F.mse_loss(picture, pictures) + 1e-3 * (mean.square() + logvar.exp() - 1 - logvar).mean();
            loss.backward();
            adam.step();
            last = loss.item<float>();
            if (step == 0) first = last;
        }
        Assert.True(last < 0.8 * first, $"{first} -> {last}");
    }

    internal sealed class SmallVae : nn.Module<Tensor, (Tensor picture, Tensor mean, Tensor logvar)>
    {
        private readonly nn.Module<Tensor, Tensor> encoder;
        private readonly Linear heads;
        private readonly Linear start;
        private readonly nn.Module<Tensor, Tensor> decoder;

        public SmallVae() : base(nameof(SmallVae))
        {
            encoder = nn.Sequential(
                nn.Conv2d(3, 8, 3, stride: 2, padding: 1), nn.BatchNorm2d(8), nn.LeakyReLU(0.2),
                nn.Conv2d(8, 16, 3, stride: 2, padding: 1), nn.GroupNorm(4, 16), nn.SiLU(), nn.Flatten());
            heads = nn.Linear(256, 8);
            start = nn.Linear(4, 256);
            decoder = nn.Sequential(
                nn.Unflatten(1, [16, 4, 4]), nn.Upsample(scale_factor: [2, 2]),
                nn.Conv2d(16, 8, 3, padding: 1), nn.BatchNorm2d(8), nn.ReLU(),
                nn.ConvTranspose2d(8, 3, 4, stride: 2, padding: 1), nn.Sigmoid());
            RegisterComponents();
        }

        public override (Tensor picture, Tensor mean, Tensor logvar) forward(Tensor input)
        {
            var both = heads.call(encoder.call(input)).chunk(2, 1);
            var z = both[0] + (0.5 * both[1]).exp() * randn_like(both[0]);
            return (decoder.call(start.call(z)), both[0], both[1]);
        }
    }
}
