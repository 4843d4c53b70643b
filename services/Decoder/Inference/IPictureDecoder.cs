using FaceMix.ModelStore;

namespace FaceMix.Decoder.Inference;

/// <summary>One loaded decoder network.</summary>
public interface IPictureDecoder : IDisposable
{
    /// <summary>Decodes a batch.</summary>
    /// <param name="latents">[N, latent], float32.</param>
    /// <param name="count">N, 1 or more.</param>
    /// <param name="pixels">Filled with [N, H, W, 3], RGB, rows from the top.</param>
    void Decode(Memory<float> latents, int count, Memory<byte> pixels);
}

/// <summary>Opens decoder networks on the device that the options choose.</summary>
public interface IPictureDecoderFactory
{
    /// <summary>The device in words, for the log.</summary>
    string Device { get; }

    /// <param name="path">Of <c>decoder.onnx</c>.</param>
    /// <param name="manifest">What the network's input and output must agree with.</param>
    /// <exception cref="ModelStoreException">The network's input or output is another than the manifest says.</exception>
    IPictureDecoder Open(string path, ModelManifest manifest);
}
