using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Benchmarks.Training.Plain;

/// <summary>face-mixing-256: spectral norm, a decoder re-normalised from the latent, a picture at every level.</summary>
internal sealed class FaceMixing256 : PlainVae
{
    private const double Epsilon = 1e-3;
    private const double Momentum = 0.01;
    private static readonly int[] s_down = [32, 64, 128, 256, 512, 512];
    private static readonly int[] s_up = [512, 512, 256, 128, 64, 32, 16];

    private readonly ModuleList<Spectral> convs = new();
    private readonly ModuleList<BatchNorm2d> norms = new();
    private readonly Linear mean;
    private readonly Linear logvar;
    private readonly Spectral dense;
    private readonly ModuleList<Level> levels = new();
    private readonly Tensor taps;

    public FaceMixing256()
        : base(nameof(FaceMixing256))
    {
        for (var i = 0; i < s_down.Length; i++)
        {
            convs.Add(Spectral.Conv(i == 0 ? 3 : s_down[i - 1], s_down[i], stride: 2, padding: 0));
            norms.Add(BatchNorm2d(s_down[i], Epsilon, Momentum));
        }
        mean = Linear(s_down[^1] * 16, Latent);
        logvar = Linear(s_down[^1] * 16, Latent);
        dense = Spectral.Dense(Latent, s_up[0] * 16);
        for (var i = 1; i < s_up.Length; i++)
            levels.Add(new Level(s_up[i - 1], s_up[i], Latent));
        var row = tensor(new[] { -0.0625f, 0.5625f, 0.5625f, -0.0625f });
        taps = row.outer(row).view(1, 1, 4, 4);
        RegisterComponents();
    }

    public override int Size => 256;

    public override int Latent => 256;

    public override bool Signed => true;

    public override PlainOutput forward(Tensor input1, Tensor input2)
    {
        var x = input1;
        for (var i = 0; i < convs.Count; i++)
            x = Leaky(norms[i].call(convs[i].call(functional.pad(x, [0, 1, 0, 1]))));
        x = x.flatten(1);
        var (m, l) = (mean.call(x), logvar.call(x));
        var z = Sample(m, l, input2);
        x = dense.call(z).view(-1, s_up[0], 4, 4);
        var pictures = new List<Tensor>();
        foreach (var level in levels)
        {
            (x, var picture) = level.call(x, z);
            pictures.Add(picture);
        }
        return new(pictures, m, l);
    }

    public override Tensor Loss(PlainOutput output, Tensor target)
    {
        var pictures = output.Pictures;
        var loss = functional.l1_loss(pictures[^1], target) / pictures.Count;
        for (var i = pictures.Count - 2; i >= 0; i--)
        {
            target = Halve(target);
            loss += functional.l1_loss(pictures[i], target) / pictures.Count;
        }
        return loss + (1e-6 * Kl(output).sum(1).mean());
    }

    public override optim.Optimizer Optimizer() => optim.Adam(parameters(), 1e-4, eps: 1e-7);

    // Bicubic with a = -0.5 and no antialias; taps beyond the border are left out and the others scaled up.
    private Tensor Halve(Tensor x)
    {
        var (count, channels, side) = (x.shape[0], x.shape[1], x.shape[2]);
        var sums = functional.conv2d(x.reshape(count * channels, 1, side, side), taps, strides: [2, 2], padding: [1, 1]);
        var shares = functional.conv2d(ones(1, 1, side, side, device: x.device), taps, strides: [2, 2], padding: [1, 1]);
        return (sums / shares).view(count, channels, side / 2, side / 2);
    }

    private sealed class Level : Module<Tensor, Tensor, (Tensor X, Tensor Picture)>
    {
        private readonly Spectral conv;
        private readonly Spectral hidden;
        private readonly BatchNorm2d norm;
        private readonly Spectral beta;
        private readonly Spectral gamma;
        private readonly Spectral picture;

        public Level(int from, int to, int latent)
            : base(nameof(Level))
        {
            conv = Spectral.Conv(from, to, stride: 1, padding: 1);
            hidden = Spectral.Dense(latent, 4 * to);
            norm = BatchNorm2d(to, Epsilon, Momentum, affine: false);
            beta = Spectral.Dense(4 * to, to);
            gamma = Spectral.Dense(4 * to, to);
            picture = Spectral.Conv(to, 3, stride: 1, padding: 1);
            RegisterComponents();
        }

        public override (Tensor X, Tensor Picture) forward(Tensor input1, Tensor input2)
        {
            var x = conv.call(functional.interpolate(input1, scale_factor: [2, 2], mode: InterpolationMode.Nearest));
            var h = Leaky(hidden.call(input2));
            x = (norm.call(x) * (1 + gamma.call(h)).unsqueeze(2).unsqueeze(3)) + beta.call(h).unsqueeze(2).unsqueeze(3);
            x = Leaky(x);
            return (x, picture.call(x).tanh());
        }
    }

    /// <summary>A layer under spectral norm, which TorchSharp does not bring along: one power iteration a step.</summary>
    private sealed class Spectral : Module<Tensor, Tensor>
    {
        private readonly Parameter weight;
        private readonly Parameter bias;
        private readonly Tensor u;
        private readonly Func<Tensor, Tensor, Tensor, Tensor> layer;

        private Spectral(Parameter weight, Parameter bias, Func<Tensor, Tensor, Tensor, Tensor> layer)
            : base(nameof(Spectral))
        {
            (this.weight, this.bias, this.layer) = (weight, bias, layer);
            u = functional.normalize(randn(weight.shape[0]), dim: 0);
            register_buffer(nameof(u), u);
            RegisterComponents();
        }

        public static Spectral Conv(int from, int to, int stride, int padding)
        {
            var like = Conv2d(from, to, 3);
            return new(like.weight, like.bias!, (x, weight, bias) => functional.conv2d(x, weight, bias, strides: [stride, stride], padding: [padding, padding]));
        }

        public static Spectral Dense(int from, int to)
        {
            var like = Linear(from, to);
            return new(like.weight, like.bias!, functional.linear);
        }

        public override Tensor forward(Tensor input)
        {
            var matrix = weight.flatten(1);
            Tensor v;
            using (no_grad())
            {
                v = functional.normalize(matrix.t().mv(u), dim: 0);
                u.copy_(functional.normalize(matrix.mv(v), dim: 0));
            }
            // A copy, because the next call changes the buffer before the backward pass of this one may be over.
            return layer(input, weight / u.clone().dot(matrix.mv(v)), bias);
        }
    }
}
