using FaceMix.Trainer.Export.Onnx;
using Google.Protobuf;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Losses.Perceptual;

/// <summary>
/// A network of convolutions from an ONNX file, run by tensors so that gradients flow through it, which ONNX Runtime does not offer.
/// The nodes up to the last wanted layer must be of the kinds that <see cref="OnnxNode"/> knows.
/// </summary>
public sealed class OnnxNetwork : IPerceptualNetwork
{
    private readonly Dictionary<string, Tensor> _constants = new(StringComparer.Ordinal);
    private readonly List<NodeProto> _nodes;
    private readonly List<string> _wanted;
    private readonly string _input;

    /// <param name="path">The file.</param>
    /// <param name="layers">Values to compare; empty: the last one before each pooling.</param>
    /// <param name="digest">Of the file, for its name.</param>
    /// <param name="device">Where its arrays live; null: the CPU.</param>
    /// <exception cref="InvalidDataException">The file is no ONNX network, or one with a node that is not known.</exception>
    /// <exception cref="UsageException">A layer is unknown.</exception>
    public OnnxNetwork(string path, IList<string> layers, string digest, Device? device = null)
    {
        var graph = Parse(path).Graph ?? throw new InvalidDataException($"{path} holds no graph.");
        foreach (var initializer in graph.Initializer)
            _constants[initializer.Name] = OnnxTensor.Read(initializer, device).DetachFromDisposeScope();
        // Old files list their weights among the inputs, too.
        _input = graph.Input.Select(input => input.Name).FirstOrDefault(name => !_constants.ContainsKey(name))
            ?? throw new InvalidDataException($"{path} takes no picture.");
        var values = graph.Node.SelectMany(node => node.Output).ToHashSet(StringComparer.Ordinal);
        foreach (var layer in layers.Where(layer => !values.Contains(layer)))
            throw new UsageException($"perceptual.layers names \"{layer}\"; {path} has no such value.");
        _wanted = [.. layers.Count > 0 ? layers : graph.Node.Where(node => node.OpType.EndsWith("Pool", StringComparison.Ordinal)).Select(node => node.Input[0]).Where(values.Contains)];
        if (_wanted.Count == 0)
            throw new UsageException($"{path} has no pooling; name values of it in perceptual.layers.");
        _nodes = Needed(graph.Node, _wanted);
        if (_nodes.FirstOrDefault(node => !OnnxNode.Knows(node.OpType)) is { } unknown)
            throw new InvalidDataException($"{path}: \"{unknown.OpType}\" nodes are not known; of a network up to {_wanted[^1]} only {string.Join(", ", OnnxNode.Kinds)} are.");
        Name = $"{Path.GetFileNameWithoutExtension(path)} ({digest[..8]}), {string.Join(", ", _wanted)}";
    }

    public string Name { get; }

    public IReadOnlyList<Tensor> Maps(Tensor pictures)
    {
        var values = new Dictionary<string, Tensor>(StringComparer.Ordinal) { [_input] = ImageNet.Normalise(pictures) };
        foreach (var node in _nodes)
            values[node.Output[0]] = OnnxNode.Run(node, name => values.TryGetValue(name, out var value) ? value : _constants[name].to(pictures.dtype));
        return [.. _wanted.Select(name => values[name])];
    }

    public void Dispose()
    {
        foreach (var constant in _constants.Values)
            constant.Dispose();
    }

    private static ModelProto Parse(string path)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{path} is no ONNX file: {e.Message}", e);
        }
    }

    // In the file's order, which is one they can be run in.
    private static List<NodeProto> Needed(IEnumerable<NodeProto> nodes, IEnumerable<string> wanted)
    {
        var values = wanted.ToHashSet(StringComparer.Ordinal);
        var needed = new List<NodeProto>();
        foreach (var node in nodes.Reverse().Where(node => node.Output.Any(values.Contains)))
        {
            needed.Insert(0, node);
            values.UnionWith(node.Input);
        }
        return needed;
    }
}
