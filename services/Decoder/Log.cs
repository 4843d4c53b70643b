using FaceMix.ModelStore;

namespace FaceMix.Decoder;

/// <summary>Every event this service logs. Neither latents nor pictures are ever logged.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Model version {Model} is loaded on {Device} after {Milliseconds} ms")]
    public static partial void ModelLoaded(ILogger logger, ModelVersionId model, string device, long milliseconds);

    [LoggerMessage(2, LogLevel.Error, "Model version {Model} is skipped: {Reason}")]
    public static partial void ModelSkipped(ILogger logger, ModelVersionId model, string reason);

    [LoggerMessage(3, LogLevel.Information, "Model version {Model} is served from now on")]
    public static partial void ModelServed(ILogger logger, ModelVersionId model);

    [LoggerMessage(4, LogLevel.Information, "Model version {Model} is unloaded")]
    public static partial void ModelUnloaded(ILogger logger, ModelVersionId model);

    [LoggerMessage(5, LogLevel.Warning, "No model version in {Folder} can be served yet; publish one: ./facemix up")]
    public static partial void NoModel(ILogger logger, string folder);

    [LoggerMessage(6, LogLevel.Error, "A batch of {Pictures} pictures with {Model} failed")]
    public static partial void BatchFailed(ILogger logger, Exception exception, int pictures, ModelVersionId model);

    [LoggerMessage(7, LogLevel.Warning, "CUDA cannot be used, so pictures are decoded on the CPU: {Reason}")]
    public static partial void NoCuda(ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Error, "Watching the models folder failed and begins again in {Seconds} s")]
    public static partial void WatchFailed(ILogger logger, Exception exception, double seconds);

    [LoggerMessage(9, LogLevel.Warning, "ONNX Runtime: {Message}")]
    public static partial void OnnxRuntime(ILogger logger, string message);
}
