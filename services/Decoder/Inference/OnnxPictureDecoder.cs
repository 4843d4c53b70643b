using FaceMix.ModelStore;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace FaceMix.Decoder.Inference;

/// <summary>A decoder network in ONNX Runtime; it reads and writes the caller's buffers in place.</summary>
public sealed class OnnxPictureDecoder : IPictureDecoder
{
    private static readonly string[] Inputs = ["z"];
    private static readonly string[] Outputs = ["image"];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly int _latentSize;
    private readonly int _imageSize;

    public OnnxPictureDecoder(string path, SessionOptions options, ModelManifest manifest)
    {
        _latentSize = manifest.LatentSize;
        _imageSize = manifest.ImageSize;
        _session = new InferenceSession(path, options);
        try
        {
            Require(_session.InputMetadata, Inputs[0], TensorElementType.Float, [-1, _latentSize]);
            Require(_session.OutputMetadata, Outputs[0], TensorElementType.UInt8, [-1, _imageSize, _imageSize, 3]);
        }
        catch
        {
            Dispose();
            throw;
        }

        void Require(IReadOnlyDictionary<string, NodeMetadata> nodes, string name, TensorElementType type, int[] shape)
        {
            if (nodes.Count != 1 || !nodes.TryGetValue(name, out var node))
                throw new ModelStoreException($"{path}: \"{name}\" is due, but the network has {string.Join(", ", nodes.Keys)}.");
            if (node.ElementDataType != type || !node.Dimensions.SequenceEqual(shape))
                throw new ModelStoreException($"{path}: \"{name}\" is {node.ElementDataType} [{string.Join(", ", node.Dimensions)}], but the manifest asks for {type} [{string.Join(", ", shape)}].");
        }
    }

    /// <inheritdoc/>
    public void Decode(Memory<float> latents, int count, Memory<byte> pixels)
    {
        using var z = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, latents[..(count * _latentSize)], [count, _latentSize]);
        using var image = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, pixels[..(count * _imageSize * _imageSize * 3)], [count, _imageSize, _imageSize, 3]);
        _session.Run(_run, Inputs, [z], Outputs, [image]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
