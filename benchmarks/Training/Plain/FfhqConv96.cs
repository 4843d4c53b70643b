using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Benchmarks.Training.Plain;

/// <summary>ffhq-conv-96: 3×3 convolutions of stride 2 down, dense layers, as many transposed convolutions back.</summary>
internal sealed class FfhqConv96 : PlainVae
{
    private const int Hidden = 512;
    private static readonly int[] s_channels = [3, 32, 64, 128, 256, 512];

    private readonly Sequential downs;
    private readonly Linear dense;
    private readonly Linear mean;
    private readonly Linear logvar;
    private readonly Linear hidden;
    private readonly Linear cells;
    private readonly Sequential ups;

    public FfhqConv96()
        : base(nameof(FfhqConv96))
    {
        var pairs = s_channels.Zip(s_channels.Skip(1)).ToList();
        downs = Sequential(pairs.SelectMany(pair => new Module<Tensor, Tensor>[] { Conv2d(pair.First, pair.Second, 3, stride: 2, padding: 1), BatchNorm2d(pair.Second), LeakyReLU(0.2) }));
        dense = Linear(s_channels[^1] * 9, Hidden);
        mean = Linear(Hidden, Latent);
        logvar = Linear(Hidden, Latent);
        hidden = Linear(Latent, Hidden);
        cells = Linear(Hidden, s_channels[^1] * 9);
        pairs.Reverse();
        ups = Sequential(pairs.SelectMany(pair => new Module<Tensor, Tensor>[] { ConvTranspose2d(pair.Second, pair.First, 3, stride: 2, padding: 1, output_padding: 1), BatchNorm2d(pair.First), LeakyReLU(0.2) }));
        RegisterComponents();
    }

    public override int Size => 96;

    public override int Latent => 128;

    public override bool Signed => false;

    public override PlainOutput forward(Tensor input1, Tensor input2)
    {
        var x = Leaky(dense.call(downs.call(input1).flatten(1)));
        var (m, l) = (mean.call(x), logvar.call(x));
        x = Leaky(cells.call(Leaky(hidden.call(Sample(m, l, input2)))));
        return new([ups.call(x.view(-1, s_channels[^1], 3, 3)).sigmoid()], m, l);
    }

    public override Tensor Loss(PlainOutput output, Tensor target) =>
        (functional.mse_loss(output.Pictures[0], target, Reduction.Sum) + Kl(output).sum()) / target.shape[0];

    public override optim.Optimizer Optimizer() => optim.Adam(parameters(), 1e-3);
}
