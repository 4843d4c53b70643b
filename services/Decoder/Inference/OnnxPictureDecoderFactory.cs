using FaceMix.ModelStore;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace FaceMix.Decoder.Inference;

/// <summary>Opens networks with ONNX Runtime; finds out once which device works.</summary>
public sealed class OnnxPictureDecoderFactory(IOptions<InferenceOptions> options, ILogger<OnnxPictureDecoderFactory> logger) : IPictureDecoderFactory
{
    private readonly Lazy<bool> _cuda = new(() => options.Value.Device switch
    {
        InferenceDevice.Cpu => false,
        InferenceDevice.Cuda => true,
        _ => CudaWorks(logger),
    });

    /// <inheritdoc/>
    public string Device => _cuda.Value ? "CUDA" : "CPU";

    /// <inheritdoc/>
    public IPictureDecoder Open(string path, ModelManifest manifest)
    {
        using var session = Session(options.Value.Threads);
        if (_cuda.Value)
            session.AppendExecutionProvider_CUDA();
        return new OnnxPictureDecoder(path, session, manifest);
    }

    private static SessionOptions Session(int threads)
    {
        var session = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            IntraOpNumThreads = threads,
        };
        // Waiting threads that spin would take the cores from the ones that encode pictures.
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return session;
    }

    // The provider can be in the library and still not work: no driver, no device, another CUDA release.
    private static bool CudaWorks(ILogger logger)
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
            return false;
        try
        {
            using var session = Session(0);
            session.AppendExecutionProvider_CUDA();
            return true;
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            Log.NoCuda(logger, e.Message);
            return false;
        }
    }
}
