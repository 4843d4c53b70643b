using FaceMix.ModelStore;
using Microsoft.ML.OnnxRuntime;

namespace FaceMix.Trainer.Export;

/// <summary>A published version's two ONNX files at work; what is measured here is what is served.</summary>
public sealed class OnnxFaces : IDisposable
{
    private const int BatchSize = 64;

    private readonly InferenceSession _encoder;
    private readonly InferenceSession _decoder;

    /// <param name="folder">Holds <c>encoder.onnx</c> and <c>decoder.onnx</c>.</param>
    /// <param name="imageSize">Width and height in pixels.</param>
    /// <param name="latent">Length of a latent.</param>
    /// <param name="threads">Threads of each session.</param>
    public OnnxFaces(string folder, int imageSize, int latent, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _encoder = new InferenceSession(Path.Combine(folder, ModelFiles.Encoder), options);
        _decoder = new InferenceSession(Path.Combine(folder, ModelFiles.Decoder), options);
        ImageSize = imageSize;
        Latent = latent;
    }

    public int ImageSize { get; }

    public int Latent { get; }

    private int PictureBytes => ImageSize * ImageSize * 3;

    /// <param name="rgb">uint8 [N, H, W, 3].</param>
    /// <returns>Means and log-variances, each [N, latent], row by row.</returns>
    public (float[] Mean, float[] Logvar) Encode(byte[] rgb)
    {
        var count = rgb.Length / PictureBytes;
        var (mean, logvar) = (new float[count * Latent], new float[count * Latent]);
        using var run = new RunOptions();
        for (var first = 0; first < count; first += BatchSize)
        {
            var some = Math.Min(BatchSize, count - first);
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, rgb.AsMemory(first * PictureBytes, some * PictureBytes), [some, ImageSize, ImageSize, 3]);
            using var results = _encoder.Run(run, ["image"], [input], ["mean", "logvar"]);
            results[0].GetTensorDataAsSpan<float>().CopyTo(mean.AsSpan(first * Latent));
            results[1].GetTensorDataAsSpan<float>().CopyTo(logvar.AsSpan(first * Latent));
        }
        return (mean, logvar);
    }

    /// <param name="z">[N, latent], row by row.</param>
    /// <returns>uint8 [N, H, W, 3].</returns>
    public byte[] Decode(float[] z)
    {
        var count = z.Length / Latent;
        var rgb = new byte[count * PictureBytes];
        using var run = new RunOptions();
        for (var first = 0; first < count; first += BatchSize)
        {
            var some = Math.Min(BatchSize, count - first);
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, z.AsMemory(first * Latent, some * Latent), [some, Latent]);
            using var results = _decoder.Run(run, ["z"], [input], ["image"]);
            results[0].GetTensorDataAsSpan<byte>().CopyTo(rgb.AsSpan(first * PictureBytes));
        }
        return rgb;
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }
}
