using FaceMix.Decoder.Inference;
using FaceMix.Latents;
using FaceMix.ModelStore;

namespace FaceMix.Decoder.Models;

/// <summary>
/// A version in memory. Whoever uses it holds a reference, so that taking it out of service never
/// breaks a running call: the network is disposed with the last reference.
/// </summary>
public sealed class LoadedModel(ModelManifest manifest, IPictureDecoder decoder, LatentDensity? density, Action<LoadedModel>? unloaded = null)
{
    private int _references = 1;

    public ModelVersionId Id { get; } = manifest.Id;

    public ModelManifest Manifest { get; } = manifest;

    public IPictureDecoder Decoder { get; } = decoder;

    /// <summary>Null: the version has none, latents are drawn from the standard normal prior.</summary>
    public LatentDensity? Density { get; } = density;

    public int LatentSize => Manifest.LatentSize;

    /// <summary>Width and height in pixels.</summary>
    public int ImageSize => Manifest.ImageSize;

    /// <summary>Bytes of one decoded picture.</summary>
    public int PictureBytes => ImageSize * ImageSize * 3;

    /// <summary>Takes one more reference; false when the last one is gone already.</summary>
    public bool TryRetain()
    {
        for (var seen = Volatile.Read(ref _references); seen > 0;)
        {
            var found = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (found == seen)
                return true;
            seen = found;
        }
        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0)
            return;
        Decoder.Dispose();
        unloaded?.Invoke(this);
    }
}

/// <summary>One reference to a loaded version; disposing gives it back.</summary>
public readonly struct ModelLease(LoadedModel model) : IDisposable
{
    public LoadedModel Model { get; } = model;

    /// <inheritdoc/>
    public void Dispose() => Model.Release();
}
