using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace FaceMix.Decoder.Inference;

/// <summary>Opens networks with ONNX Runtime.</summary>
public sealed class OnnxPictureDecoderFactory : IPictureDecoderFactory
{
    private readonly int _threads;
    private readonly bool _cuda;

    /// <summary>Chooses the device, once and at the start.</summary>
    /// <exception cref="StartException">The configuration says <c>cuda</c>, and CUDA does not work here.</exception>
    public OnnxPictureDecoderFactory(IOptions<InferenceOptions> options, ILogger<OnnxPictureDecoderFactory> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        LogTo(logger);
        _threads = options.Value.Threads;
        _cuda = ChooseCuda(options.Value.Device, logger);
    }

    /// <inheritdoc/>
    public string Device => _cuda ? "CUDA" : "CPU";

    /// <inheritdoc/>
    public IPictureDecoder Open(string path, ModelManifest manifest)
    {
        using var session = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            IntraOpNumThreads = _threads,
        };
        // Waiting threads that spin would take the cores from the ones that encode pictures.
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (_cuda)
            session.AppendExecutionProvider_CUDA();
        return new OnnxPictureDecoder(path, session, manifest);
    }

    private static bool ChooseCuda(InferenceDevice wanted, ILogger logger)
    {
        // A build for CPUs that may choose has nothing to warn of.
        if (wanted == InferenceDevice.Cpu || (wanted == InferenceDevice.Auto && !Cuda.IsInBuild))
            return false;
        if (Cuda.Problem() is not { } problem)
            return true;
        if (wanted == InferenceDevice.Cuda)
            throw new StartException($"Decoder:Device is cuda, but CUDA cannot be used: {problem}. Allowed here: auto, which falls back to the CPU, and cpu.");
        Log.NoCuda(logger, problem);
        return false;
    }

    // ONNX Runtime's own errors say which library is missing; without this they go to standard error in colours.
    private static void LogTo(ILogger logger)
    {
        if (OrtEnv.IsCreated)
            return;
        var options = new EnvironmentCreationOptions
        {
            logId = "decoder",
            logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            loggingFunction = (_, _, _, _, _, message) => Log.OnnxRuntime(logger, message.ReplaceLineEndings(" ")),
        };
        OrtEnv.CreateInstanceWithOptions(ref options);
    }
}
