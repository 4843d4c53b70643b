using System.Globalization;
using FaceMix.Decoder.Pictures;
using FaceMix.Decoder.Sampling;
using FaceMix.Decoder.V1;
using FaceMix.ModelStore;
using Google.Protobuf.Collections;

namespace FaceMix.Decoder.Rpc;

/// <summary>What requests may say, field by field; the limits are those of decoder.proto.</summary>
internal static class RequestRules
{
    private const int MaxPictures = 64;
    private const float MaxTemperature = 2;
    private const int MaxQuality = 100;
    private const int DefaultQuality = 92;
    private const int MaxResponseBytes = 64 << 20;

    /// <returns>Null where the newest is meant.</returns>
    public static ModelVersionId? Model(Violations violations, string text)
    {
        if (text.Length == 0)
            return null;
        if (ModelVersionId.TryParse(text, out var id))
            return id;
        violations.Add("model_version", "It is not NAME@VERSION.");
        return null;
    }

    public static PictureEncoding Encoding(Violations violations, PictureOptions? options)
    {
        options ??= new PictureOptions();
        violations.Require(Enum.IsDefined(options.Format), "picture.format", $"{(int)options.Format} is no format.");
        violations.Require(
            options.JpegQuality is >= 0 and <= MaxQuality, "picture.jpeg_quality", $"{options.JpegQuality} is not within 1 and {MaxQuality}, or 0 for {DefaultQuality}.");
        var format = options.Format == PictureFormat.Unspecified ? PictureFormat.Png : options.Format;
        return new PictureEncoding(format, options.JpegQuality == 0 ? DefaultQuality : options.JpegQuality);
    }

    public static int Count(Violations violations, string field, int count)
    {
        violations.Require(count is >= 1 and <= MaxPictures, field, $"{count} is not within 1 and {MaxPictures}.");
        return count;
    }

    public static double Temperature(Violations violations, GenerateRequest request)
    {
        if (!request.HasTemperature)
            return 1;
        // Written so that NaN fails too.
        violations.Require(request.Temperature is >= 0 and <= MaxTemperature, "temperature", $"{Text(request.Temperature)} is not within 0 and {MaxTemperature}.");
        return request.Temperature;
    }

    public static void Weights(Violations violations, RepeatedField<float> weights)
    {
        Count(violations, "weights", weights.Count);
        for (var i = 0; i < Math.Min(weights.Count, MaxPictures); i++)
            violations.Require(weights[i] is >= 0 and <= 1, $"weights[{i}]", $"{Text(weights[i])} is not within 0 and 1.");
    }

    public static void Method(Violations violations, InterpolationMethod method) =>
        violations.Require(Enum.IsDefined(method), "method", $"{(int)method} is no method.");

    /// <summary>Copies a latent's numbers; what is not a latent of the model is a violation.</summary>
    public static void Latent(Violations violations, string field, Latent? latent, Span<float> destination)
    {
        if (latent is null)
        {
            violations.Add(field, "It is missing.");
            return;
        }
        if (latent.Values.Count != destination.Length)
        {
            violations.Add($"{field}.values", $"It has {latent.Values.Count} numbers; this model's latents have {destination.Length}.");
            return;
        }
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = latent.Values[i];
            violations.Require(
                destination[i] is >= -Latents.Limit and <= Latents.Limit, $"{field}.values[{i}]", $"{Text(destination[i])} is not within -{Latents.Limit} and {Latents.Limit}.");
        }
    }

    /// <summary>A reply that no client would accept is refused before it is computed.</summary>
    public static void ResponseSize(Violations violations, PictureEncoding encoding, int count, int pictureBytes) =>
        violations.Require(
            encoding.Format != PictureFormat.Raw || (long)count * pictureBytes <= MaxResponseBytes,
            "picture.format",
            $"{count} raw pictures of {pictureBytes} bytes are more than the {MaxResponseBytes} of a reply; ask for fewer, or for PNG or JPEG.");

    // Numbers only: the whole latent never appears in a message.
    private static string Text(float number) => number.ToString(CultureInfo.InvariantCulture);
}
