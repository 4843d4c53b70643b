using FaceMix.Common.V1;
using FaceMix.Decoder.Pictures;
using FaceMix.Decoder.V1;
using FaceMix.Latents;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Google.Protobuf.Collections;

namespace FaceMix.Decoder.Rpc;

/// <summary>What requests may say, field by field; the limits are those of decoder.proto.</summary>
internal static class RequestRules
{
    public const int MaxPictures = 64;
    private const double MaxTemperature = 2;
    private const int MaxQuality = 100;
    private const int DefaultQuality = 92;
    private const int MaxResponseBytes = 64 << 20;

    /// <returns>Null where the newest is meant.</returns>
    public static ModelVersionId? Model(RequestCheck check, string text)
    {
        if (text.Length == 0)
            return null;
        if (ModelVersionId.TryParse(text, out var id))
            return id;
        check.Add("model_version", "not NAME@VERSION");
        return null;
    }

    public static PictureEncoding Encoding(RequestCheck check, PictureOptions? options)
    {
        options ??= new PictureOptions();
        check.Known("picture.format", options.Format);
        check.Require(options.Format != PictureFormat.Webp, "picture.format", "PICTURE_FORMAT_WEBP is not served yet");
        check.Require(!options.HasWidth, "picture.width", "pictures are served in the model's own size only, as yet; leave it out");
        if (options.HasQuality)
            check.InRange("picture.quality", options.Quality, 1, MaxQuality);
        var format = options.Format == PictureFormat.Unspecified ? PictureFormat.Png : options.Format;
        return new PictureEncoding(format, options.HasQuality ? options.Quality : DefaultQuality);
    }

    public static double Temperature(RequestCheck check, GenerateRequest request)
    {
        if (!request.HasTemperature)
            return 1;
        check.InRange("temperature", request.Temperature, 0, MaxTemperature);
        return request.Temperature;
    }

    /// <summary>Refuses what the contract has and this decoder does not serve yet: ignoring a wish would return the wrong face.</summary>
    public static void Served(RequestCheck check, GenerateRequest request)
    {
        check.Require(request.Sampler is Sampler.Unspecified or Sampler.Density, "sampler", $"{request.Sampler} is not served yet; leave it out");
        check.Require(!request.HasSeedText, "seed_text", "not served yet; give a seed");
        check.Require(request.Want.Count == 0, "want", "not served yet; the latent store's MatchFeatures finds faces by features");
        check.Require(request.Avoid.Count == 0, "avoid", "not served yet; the latent store's MatchFeatures finds faces by features");
        check.Require(!request.HasGuidance, "guidance", "not served yet; leave it out");
    }

    public static void Weights(RequestCheck check, RepeatedField<float> weights)
    {
        if (!check.Count("weights", weights.Count, 1, MaxPictures))
            return;
        for (var i = 0; i < weights.Count; i++)
            check.InRange($"weights[{i}]", weights[i], 0, 1);
    }

    /// <summary>Copies a latent's numbers; what is not a latent of the model is a violation.</summary>
    public static void Latent(RequestCheck check, string field, Latent? latent, Span<float> destination)
    {
        if (!check.Vector($"{field}.values", latent?.Values, destination.Length, -LatentRange.Limit, LatentRange.Limit))
            return;
        for (var i = 0; i < destination.Length; i++)
            destination[i] = latent!.Values[i];
    }

    /// <summary>A reply that no client would accept is refused before it is computed.</summary>
    public static void ResponseSize(RequestCheck check, PictureEncoding encoding, int count, int pictureBytes) =>
        check.Require(
            encoding.Format != PictureFormat.Raw || (long)count * pictureBytes <= MaxResponseBytes,
            "picture.format",
            $"{count} raw pictures of {pictureBytes} bytes are more than the {MaxResponseBytes} of a reply; ask for fewer, or for PNG or JPEG");
}
