using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Networks;

/// <summary>
/// Reads attributes off a picture. Trained on originals only, it tells whether a reconstruction still shows what the
/// original showed, which a pixel error cannot: most pixels are wall and skin.
/// </summary>
public sealed class Judge : Module<Tensor, Tensor>
{
    /// <summary>Numbers of <see cref="Look"/>.</summary>
    public const int Features = 128;

    private static readonly int[] s_channels = [32, 48, 96, 128];

    private readonly ModuleList<Conv2d> convs = new();
    private readonly ModuleList<BatchNorm2d> norms = new();
    private readonly Linear hidden;
    private readonly Linear answers;

    /// <param name="imageSize">Width and height of a picture, even, 16 or more.</param>
    /// <param name="attributes">How many questions it answers.</param>
    public Judge(int imageSize, int attributes)
        : base(nameof(Judge))
    {
        var (channels, size) = (12, imageSize / 2);
        foreach (var next in s_channels)
        {
            var stride = convs.Count == 0 ? 1 : 2;
            convs.Add(nn.Conv2d(channels, next, 3, stride: stride, padding: 1, bias: false));
            norms.Add(nn.BatchNorm2d(next));
            (channels, size) = (next, (size + stride - 1) / stride);
        }
        hidden = nn.Linear(channels * size * size, Features);
        answers = nn.Linear(Features, attributes);
        RegisterComponents();
    }

    /// <param name="input">[N, 3, H, W] in [-1, 1].</param>
    /// <returns>Logits [N, attributes]; above 0 means yes.</returns>
    public override Tensor forward(Tensor input) => answers.call(Look(input));

    /// <param name="input">[N, 3, H, W] in [-1, 1].</param>
    /// <returns>What the answers are read from: [N, <see cref="Features"/>], none below 0.</returns>
    public Tensor Look(Tensor input) => functional.relu(hidden.call(Maps(input)[^1].flatten(1)));

    /// <param name="input">[N, 3, H, W] in [-1, 1].</param>
    /// <returns>What each convolution sees, largest map first, none below 0.</returns>
    public IReadOnlyList<Tensor> Maps(Tensor input)
    {
        var maps = new List<Tensor>();
        var x = functional.pixel_unshuffle(input, 2);
        for (var i = 0; i < convs.Count; i++)
        {
            x = functional.relu(norms[i].call(convs[i].call(x)));
            maps.Add(x);
        }
        return maps;
    }
}
