using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Benchmarks.Training.Plain;

/// <summary>anime-64: 5×5 convolutions, padded as TensorFlow pads, a dense layer on each side of the latent.</summary>
internal sealed class Anime64 : PlainVae
{
    private const int Hidden = 1024;
    private const double Epsilon = 1e-3;
    private const double Momentum = 0.01;
    private static readonly int[] s_down = [32, 64, 128, 256, 512];
    private static readonly int[] s_up = [512, 256, 128, 64, 32];

    private readonly ModuleList<Conv2d> downs = new();
    private readonly ModuleList<BatchNorm2d> downNorms = new();
    private readonly Linear dense;
    private readonly BatchNorm1d denseNorm;
    private readonly Linear mean;
    private readonly Linear logvar;
    private readonly Linear hidden;
    private readonly BatchNorm1d hiddenNorm;
    private readonly Linear cells;
    private readonly ModuleList<ConvTranspose2d> ups = new();
    private readonly ModuleList<BatchNorm2d> upNorms = new();
    private readonly ConvTranspose2d picture;
    private readonly BatchNorm2d pictureNorm;

    public Anime64()
        : base(nameof(Anime64))
    {
        for (var i = 0; i < s_down.Length; i++)
        {
            downs.Add(Conv2d(i == 0 ? 3 : s_down[i - 1], s_down[i], 5, stride: i == 0 ? 1 : 2));
            downNorms.Add(BatchNorm2d(s_down[i], Epsilon, Momentum));
        }
        dense = Linear(s_down[^1] * 16, Hidden);
        denseNorm = BatchNorm1d(Hidden, Epsilon, Momentum);
        mean = Linear(Hidden, Latent);
        logvar = Linear(Hidden, Latent);
        hidden = Linear(Latent, Hidden);
        hiddenNorm = BatchNorm1d(Hidden, Epsilon, Momentum);
        cells = Linear(Hidden, s_up[0] * 16);
        for (var i = 1; i < s_up.Length; i++)
        {
            ups.Add(ConvTranspose2d(s_up[i - 1], s_up[i], 5, stride: 2, padding: 1));
            upNorms.Add(BatchNorm2d(s_up[i], Epsilon, Momentum));
        }
        picture = ConvTranspose2d(s_up[^1], 3, 5, padding: 2);
        pictureNorm = BatchNorm2d(3, Epsilon, Momentum);
        RegisterComponents();
    }

    public override int Size => 64;

    public override int Latent => 512;

    public override bool Signed => false;

    public override PlainOutput forward(Tensor input1, Tensor input2)
    {
        var x = input1;
        for (var i = 0; i < downs.Count; i++)
        {
            // At stride 2 the odd cell of the padding lies at the right and the bottom.
            x = functional.pad(x, i == 0 ? [2, 2, 2, 2] : [1, 2, 1, 2]);
            x = Leaky(downNorms[i].call(downs[i].call(x)));
        }
        x = Leaky(denseNorm.call(dense.call(x.flatten(1))));
        var (m, l) = (mean.call(x), logvar.call(x));
        x = Leaky(hiddenNorm.call(hidden.call(Sample(m, l, input2))));
        x = cells.call(x).view(-1, s_up[0], 4, 4);
        for (var i = 0; i < ups.Count; i++)
        {
            x = ups[i].call(x);
            x = x.narrow(2, 0, x.shape[2] - 1).narrow(3, 0, x.shape[3] - 1);
            x = Leaky(upNorms[i].call(x));
        }
        return new([pictureNorm.call(picture.call(x)).sigmoid()], m, l);
    }

    public override Tensor Loss(PlainOutput output, Tensor target) => functional.mse_loss(output.Pictures[0], target) + Kl(output).mean();

    public override optim.Optimizer Optimizer() => optim.Adam(parameters(), 1e-3, eps: 1e-7);
}
