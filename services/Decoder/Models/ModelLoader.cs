using System.Diagnostics;
using FaceMix.Decoder.Batching;
using FaceMix.Decoder.Inference;
using FaceMix.Latents;
using FaceMix.ModelStore;
using Microsoft.Extensions.Options;

namespace FaceMix.Decoder.Models;

/// <summary>Verifies, opens and warms up one version.</summary>
public sealed class ModelLoader(
    ModelCatalog catalog,
    IPictureDecoderFactory decoders,
    IOptions<BatchingOptions> batching,
    DecoderMetrics metrics,
    ILogger<ModelLoader> logger)
{
    /// <exception cref="ModelStoreException">The version is not whole or does not do what its manifest says; logged and counted.</exception>
    public LoadedModel Load(ModelVersionId id, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var model = Open(id, cancellationToken);
            metrics.Loaded(id, succeeded: true);
            Log.ModelLoaded(logger, id, decoders.Device, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            return model;
        }
        // Whatever ONNX Runtime or the disk throws at a broken file: that version is not served, the others are.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            metrics.Loaded(id, succeeded: false);
            Log.ModelSkipped(logger, id, e.Message);
            throw e as ModelStoreException ?? new ModelStoreException($"{id}: {e.Message}", e);
        }
    }

    private LoadedModel Open(ModelVersionId id, CancellationToken cancellationToken)
    {
        var manifest = catalog.Verify(id, cancellationToken);
        if (!manifest.Files.ContainsKey(ModelFiles.Decoder))
            throw new ModelStoreException($"{catalog.FileOf(id, ModelFiles.Manifest)}: files: {ModelFiles.Decoder} is missing.");
        var density = manifest.Files.ContainsKey(ModelFiles.Density)
            ? LatentDensity.Read(catalog.FileOf(id, ModelFiles.Density), manifest.LatentSize)
            : null;
        var decoder = decoders.Open(catalog.FileOf(id, ModelFiles.Decoder), manifest);
        try
        {
            WarmUp(decoder, manifest, 1);
            WarmUp(decoder, manifest, batching.Value.MaxBatch);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
        return new LoadedModel(manifest, decoder, density, model => Log.ModelUnloaded(logger, model.Id));
    }

    // The first run of each size plans memory and, on a GPU, picks kernels: no caller should wait for that.
    private static void WarmUp(IPictureDecoder decoder, ModelManifest manifest, int count) =>
        decoder.Decode(new float[count * manifest.LatentSize], count, new byte[count * manifest.ImageSize * manifest.ImageSize * 3]);
}
