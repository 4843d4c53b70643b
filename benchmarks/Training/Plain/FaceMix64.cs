using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Benchmarks.Training.Plain;

/// <summary>facemix-64: residual up-blocks re-normalised from the latent, a picture at every level.</summary>
internal sealed class FaceMix64 : PlainVae
{
    private const int Style = 64;
    private static readonly int[] s_down = [24, 48, 96, 128];
    private static readonly int[] s_up = [128, 64, 48, 32];

    private readonly ModuleList<Conv2d> convs = new();
    private readonly ModuleList<BatchNorm2d> norms = new();
    private readonly Linear mean;
    private readonly Linear logvar;
    private readonly Linear dense;
    private readonly ModuleList<UpBlock> blocks = new();
    private readonly ModuleList<Conv2d> heads = new();
    private readonly Conv2d picture;

    public FaceMix64()
        : base(nameof(FaceMix64))
    {
        for (var i = 0; i < s_down.Length; i++)
        {
            convs.Add(Conv2d(i == 0 ? 12 : s_down[i - 1], s_down[i], 3, stride: i == 0 ? 1 : 2, padding: 1, bias: false));
            norms.Add(BatchNorm2d(s_down[i]));
        }
        mean = Linear(s_down[^1] * 16, Latent);
        logvar = Linear(s_down[^1] * 16, Latent);
        dense = Linear(Latent, s_up[0] * 16);
        for (var i = 1; i < s_up.Length; i++)
        {
            blocks.Add(new UpBlock(s_up[i - 1], s_up[i], spread: i == s_up.Length - 1, Latent));
            heads.Add(Conv2d(s_up[i], 3, 3, padding: 1));
        }
        picture = Conv2d(s_up[^1], 12, 3, padding: 1);
        RegisterComponents();
    }

    public override int Size => 64;

    public override int Latent => 128;

    public override bool Signed => true;

    public override double? Clip => 1;

    public override PlainOutput forward(Tensor input1, Tensor input2)
    {
        var x = functional.pixel_unshuffle(input1, 2);
        for (var i = 0; i < convs.Count; i++)
            x = Leaky(norms[i].call(convs[i].call(x)));
        x = x.flatten(1);
        var (m, l) = (mean.call(x), logvar.call(x).clamp(-12, 12));
        var z = Sample(m, l, input2);
        x = dense.call(z).view(-1, s_up[0], 4, 4);
        var pictures = new List<Tensor>();
        for (var i = 0; i < blocks.Count; i++)
        {
            x = blocks[i].call(x, z);
            pictures.Add(heads[i].call(x));
        }
        return new([.. pictures, functional.pixel_shuffle(picture.call(x), 2)], m, l);
    }

    public override Tensor Loss(PlainOutput output, Tensor target)
    {
        var loss = 10 * functional.mse_loss(output.Pictures[^1], target);
        for (var i = output.Pictures.Count - 2; i >= 0; i--)
        {
            target = functional.avg_pool2d(target, 2);
            loss += 0.25 * functional.l1_loss(output.Pictures[i], target);
        }
        return loss + (1e-4 * Kl(output).sum(1).mean());
    }

    public override optim.Optimizer Optimizer() => optim.AdamW(parameters(), 3e-3, 0.9, 0.99, weight_decay: 0);

    private sealed class UpBlock : Module<Tensor, Tensor, Tensor>
    {
        private readonly bool spread;
        private readonly Conv2d conv1;
        private readonly Conv2d conv2;
        private readonly Conv2d shortcut;
        private readonly StyleNorm norm1;
        private readonly StyleNorm norm2;

        public UpBlock(int from, int to, bool spread, int latent)
            : base(nameof(UpBlock))
        {
            this.spread = spread;
            conv1 = Conv2d(from, spread ? 4 * to : to, 3, padding: 1, bias: false);
            conv2 = Conv2d(to, to, 3, padding: 1, bias: false);
            shortcut = Conv2d(from, to, 1);
            norm1 = new StyleNorm(to, latent);
            norm2 = new StyleNorm(to, latent);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input1, Tensor input2)
        {
            var y = spread ? functional.pixel_shuffle(conv1.call(input1), 2) : conv1.call(Double(input1));
            y = Leaky(norm1.call(y, input2));
            y = norm2.call(conv2.call(y), input2);
            return Leaky(y + Double(shortcut.call(input1)));
        }

        private static Tensor Double(Tensor x) => functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
    }

    private sealed class StyleNorm : Module<Tensor, Tensor, Tensor>
    {
        private readonly BatchNorm2d norm;
        private readonly Linear hidden;
        private readonly Linear style;

        public StyleNorm(int channels, int latent)
            : base(nameof(StyleNorm))
        {
            norm = BatchNorm2d(channels, affine: false);
            hidden = Linear(latent, Style);
            style = Linear(Style, 2 * channels);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input1, Tensor input2)
        {
            var both = style.call(Leaky(hidden.call(input2))).unsqueeze(2).unsqueeze(3).chunk(2, 1);
            return (norm.call(input1) * (both[0] + 1)) + both[1];
        }
    }
}
