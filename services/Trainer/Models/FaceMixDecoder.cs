using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Models;

/// <summary>Latent → pictures, one at each level's size; only the largest is exported, the others teach the levels below.</summary>
public sealed class FaceMixDecoder : Module<Tensor, IReadOnlyList<Tensor>>
{
    private readonly int channels;
    private readonly Linear dense;
    private readonly ModuleList<UpBlock> blocks = new();
    private readonly ModuleList<Conv2d> heads = new();
    private readonly Conv2d picture;

    public FaceMixDecoder(FaceMixOptions options)
        : base(nameof(FaceMixDecoder))
    {
        channels = options.Decoder[0];
        dense = nn.Linear(options.Latent, channels * FaceMixOptions.BaseSize * FaceMixOptions.BaseSize);
        for (var i = 1; i < options.Decoder.Count; i++)
        {
            blocks.Add(new UpBlock(options.Decoder[i - 1], options.Decoder[i], i == options.Decoder.Count - 1, options.Latent, options.Style));
            heads.Add(nn.Conv2d(options.Decoder[i], 3, 3, padding: 1));
        }
        picture = nn.Conv2d(options.Decoder[^1], 3 * 4, 3, padding: 1);
        RegisterComponents();
    }

    /// <param name="input">Latents [N, latent].</param>
    /// <returns>Pictures [N, 3, s, s], not clamped, around [-1, 1]: s = 8, 16, … up to the picture's size, smallest first.</returns>
    public override IReadOnlyList<Tensor> forward(Tensor input)
    {
        var pictures = new List<Tensor>((int)blocks.Count + 1);
        var x = Begin(input);
        for (var i = 0; i < blocks.Count; i++)
        {
            x = blocks[i].call(x, input);
            pictures.Add(heads[i].call(x));
        }
        pictures.Add(Finish(x));
        return pictures;
    }

    /// <summary>The largest picture alone, [N, 3, H, W], without the work of the other heads.</summary>
    public Tensor Picture(Tensor z)
    {
        var x = Begin(z);
        foreach (var block in blocks)
            x = block.call(x, z);
        return Finish(x);
    }

    private Tensor Begin(Tensor z) => dense.call(z).view(-1, channels, FaceMixOptions.BaseSize, FaceMixOptions.BaseSize);

    private Tensor Finish(Tensor x) => functional.pixel_shuffle(picture.call(x), 2); // [N, 3, H, W]
}
