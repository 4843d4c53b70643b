using FaceMix.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Losses.Perceptual;

/// <summary>
/// The convolutions of VGG19 (Simonyan and Zisserman 2015) from a safetensors file under torchvision's names, <c>features.0.weight</c>
/// and so on. Layers are named as in Keras, <c>block1_conv1</c> to <c>block5_conv4</c>; a layer's maps are those behind its ReLU.
/// </summary>
public sealed class Vgg19Network : IPerceptualNetwork
{
    private static readonly int[] s_depths = [2, 2, 4, 4, 4];

    private readonly List<(string Layer, Tensor Weight, Tensor Bias)> _convs = [];
    private readonly HashSet<string> _wanted;

    /// <param name="path">The weights.</param>
    /// <param name="layers">Which to compare; empty: the last of each block.</param>
    /// <param name="digest">Of the file, for its name.</param>
    /// <param name="device">Where its arrays live; null: the CPU.</param>
    /// <exception cref="InvalidDataException">An array is missing or has another shape.</exception>
    /// <exception cref="UsageException">A layer is unknown.</exception>
    public Vgg19Network(string path, IList<string> layers, string digest, Device? device = null)
    {
        var names = Layers().ToList();
        _wanted = [.. layers.Count > 0 ? layers : names.Where((_, i) => i + 1 == names.Count || names[i + 1].Block != names[i].Block).Select(name => name.Layer)];
        foreach (var layer in _wanted.Where(layer => names.All(name => name.Layer != layer)))
            throw new UsageException($"perceptual.layers names \"{layer}\"; VGG19 has {names[0].Layer} to {names[^1].Layer}.");
        Name = $"VGG19 ({digest[..8]}), {string.Join(", ", names.Select(name => name.Layer).Where(_wanted.Contains))}";

        var weights = Weights.Load(path);
        long channels = 3;
        // Those behind the last wanted layer would only cost memory.
        var last = names.FindLastIndex(name => _wanted.Contains(name.Layer));
        foreach (var (layer, _, index) in names.Take(last + 1))
        {
            var (weight, bias) = (ArrayOf(weights, path, $"features.{index}.weight"), ArrayOf(weights, path, $"features.{index}.bias"));
            if (weight.Shape.Count != 4 || weight.Shape[1] != channels || weight.Shape[2] != 3 || weight.Shape[3] != 3 || bias.Values.Length != weight.Shape[0])
                throw new InvalidDataException($"{path}: features.{index}.weight is [{string.Join(", ", weight.Shape)}], not [C, {channels}, 3, 3] with a bias of C numbers.");
            channels = weight.Shape[0];
            _convs.Add((layer, tensor(weight.Values, [.. weight.Shape], device: device).DetachFromDisposeScope(), tensor(bias.Values, device: device).DetachFromDisposeScope()));
        }
    }

    public string Name { get; }

    public IReadOnlyList<Tensor> Maps(Tensor pictures)
    {
        var maps = new List<Tensor>(_wanted.Count);
        var x = ImageNet.Normalise(pictures);
        foreach (var (layer, weight, bias) in _convs)
        {
            if (layer.EndsWith("conv1", StringComparison.Ordinal) && layer != "block1_conv1")
                x = functional.max_pool2d(x, 2);
            x = functional.relu(functional.conv2d(x, weight.to(pictures.dtype), bias.to(pictures.dtype), padding: [1, 1]));
            if (_wanted.Contains(layer))
                maps.Add(x);
        }
        return maps;
    }

    public void Dispose()
    {
        foreach (var (_, weight, bias) in _convs)
        {
            weight.Dispose();
            bias.Dispose();
        }
    }

    // In torchvision's list each convolution is followed by its ReLU, each block by its pooling.
    private static IEnumerable<(string Layer, int Block, int Index)> Layers()
    {
        var index = 0;
        for (var block = 1; block <= s_depths.Length; block++, index++)
        {
            for (var conv = 1; conv <= s_depths[block - 1]; conv++, index += 2)
                yield return ($"block{block}_conv{conv}", block, index);
        }
    }

    private static Weight ArrayOf(Weights weights, string path, string name) =>
        weights.Values.TryGetValue(name, out var weight) ? weight : throw new InvalidDataException($"{path} holds no {name}; VGG19's weights are expected under torchvision's names.");
}
