using System.Diagnostics;
using FaceMix.ModelStore;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace FaceMix.Benchmarks.Decoding;

/// <summary>
/// A loop around ONNX Runtime on the Decoder's file with the Decoder's options, into the same buffers again and again: it serves
/// nobody and encodes nothing, and nothing that serves can be faster.
/// </summary>
internal sealed class BareLoop : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly ModelManifest _manifest;

    public BareLoop(string network, ModelManifest manifest)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        (_session, _manifest) = (new(network, options), manifest);
    }

    /// <param name="batch">Pictures a run.</param>
    /// <param name="time">How long.</param>
    public Turn Run(int batch, TimeSpan time)
    {
        var (latent, size) = (_manifest.LatentSize, _manifest.ImageSize);
        using var z = OrtValue.CreateTensorValueFromMemory(new float[batch * latent], [batch, latent]);
        using var image = OrtValue.CreateTensorValueFromMemory(new byte[batch * size * size * 3], [batch, size, size, 3]);
        var times = new List<double>();
        var processor = Environment.CpuUsage.TotalTime;
        var begun = Stopwatch.GetTimestamp();
        do
        {
            var start = Stopwatch.GetTimestamp();
            _session.Run(_run, ["z"], [z], ["image"], [image]);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(begun) < time);
        var load = Load.Of(times, batch, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        return new(load, (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds, CallersMs: 0);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
