using FaceMix.Networks.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Networks;

/// <summary>
/// Tells real pictures from painted ones, patch by patch, at several scales (Isola et al. 2017, Wang et al. 2018): for each a network of its own, the
/// second looking at pictures of half the size, and so on. Spectral norm keeps it from running ahead.
/// </summary>
public sealed class PatchDiscriminator : Module<Tensor, IReadOnlyList<Tensor>>
{
    private const double Slope = 0.2;
    private const int Kernel = 4;
    private const int Halvings = 3;

    private readonly TensorLayers patches;
    private readonly int scales;
    private readonly int width;

    /// <param name="channels">Of a picture.</param>
    /// <param name="imageSize">Width and height of a picture.</param>
    /// <param name="scales">How many sizes it looks at.</param>
    /// <param name="width">Channels of its first layer; each further one has twice as many.</param>
    /// <param name="device">Where its arrays live; null: the CPU.</param>
    public PatchDiscriminator(int channels, int imageSize, int scales, int width, Device? device = null)
        : base(nameof(PatchDiscriminator))
    {
        this.scales = scales;
        this.width = width;
        var plan = new ShapeLayers(Conventions.Keras);
        for (var scale = 0; scale < scales; scale++)
            Patches(plan, scale, new Shape(channels, imageSize >> scale, imageSize >> scale));
        patches = new TensorLayers(nameof(patches), Conventions.Keras, plan.Rows.SelectMany(row => row.Arrays), device);
        RegisterComponents();
    }

    /// <param name="input">Pictures [N, channels, H, W].</param>
    /// <returns>For each scale [N, 1, h, w]: higher where a patch looks real.</returns>
    public override IReadOnlyList<Tensor> forward(Tensor input)
    {
        var verdicts = new List<Tensor>(scales);
        for (var scale = 0; scale < scales; scale++)
        {
            verdicts.Add(Patches(patches, scale, input));
            if (scale < scales - 1)
                input = functional.avg_pool2d(input, 2);
        }
        return verdicts;
    }

    private T Patches<T>(ILayers<T> net, int scale, T x)
    {
        for (var i = 0; i < Halvings; i++)
            x = net.Leaky(net.Conv($"scale{scale}.conv{i}", x, width << i, Kernel, stride: 2, spectral: true), Slope); // [N, C, H/2^(i+1), W/2^(i+1)]
        return net.Conv($"scale{scale}.verdict", x, 1, Kernel, spectral: true);
    }
}
