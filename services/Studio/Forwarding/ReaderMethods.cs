using System.Collections.Frozen;

namespace FaceMix.Studio.Forwarding;

/// <summary>A service behind this host: its name in sentences and where it answers.</summary>
internal sealed record Upstream(string Name, Func<StudioOptions, Uri> Address);

/// <summary>
/// What the page may call. A page is open to whoever reaches it, so that only reading is passed on;
/// a method that is added to a proto stays closed until somebody writes it down here.
/// </summary>
internal static class ReaderMethods
{
    private static readonly Upstream Decoder = new("decoder", options => options.DecoderUrl);
    private static readonly Upstream LatentStore = new("latent store", options => options.LatentStoreUrl);

    /// <summary>From the request's path to the service that answers it.</summary>
    public static FrozenDictionary<string, Upstream> All { get; } = new Dictionary<string, Upstream>(StringComparer.Ordinal)
    {
        ["/facemix.decoder.v1.DecoderService/Generate"] = Decoder,
        ["/facemix.decoder.v1.DecoderService/Decode"] = Decoder,
        ["/facemix.decoder.v1.DecoderService/Interpolate"] = Decoder,
        ["/facemix.decoder.v1.DecoderService/GetModel"] = Decoder,
        ["/facemix.latents.v1.LatentStoreService/GetLatent"] = LatentStore,
        ["/facemix.latents.v1.LatentStoreService/MatchFeatures"] = LatentStore,
        ["/facemix.latents.v1.LatentStoreService/SearchNearest"] = LatentStore,
        ["/facemix.latents.v1.LatentStoreService/ListAttributes"] = LatentStore,
        ["/facemix.latents.v1.LatentStoreService/ListModelVersions"] = LatentStore,
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
