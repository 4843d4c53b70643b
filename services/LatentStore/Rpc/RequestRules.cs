using FaceMix.Common.V1;
using FaceMix.Latents;
using FaceMix.LatentStore.Spaces;
using FaceMix.ServiceDefaults;

namespace FaceMix.LatentStore.Rpc;

/// <summary>What requests may say, field by field; the limits are those of latents.proto.</summary>
internal static class RequestRules
{
    public const int MaxRowsOfMessage = 1000;
    public const long MaxRowsOfLoad = 1_000_000;
    public const int MaxIds = 1000;
    public const int MaxMatches = 64;
    public const int MaxNeighbours = 100;
    public const int UsualNeighbours = 10;

    /// <summary>Longest latent: a row of the table must fit into a page of 8 KiB.</summary>
    public const int MaxLatentSize = 2000;

    public const int MaxSourceLength = 512;
    public const int MaxDatasetLength = 128;
    public const int MaxAttributeLength = 100;

    /// <summary>Text of 1 to so many characters, none of which is a control character.</summary>
    public static bool Text(RequestCheck check, string field, string text, int maxLength) =>
        check.Length(field, text, 1, maxLength) && check.Require(!text.Any(char.IsControl), field, "has a control character in it");

    public static void Attributes(RequestCheck check, string field, IReadOnlyList<string> names)
    {
        check.Count(field, names.Count, 0, AttributeMask.MaxAttributes);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(names.Count, AttributeMask.MaxAttributes); i++)
        {
            Text(check, $"{field}[{i}]", names[i], MaxAttributeLength);
            if (!places.TryAdd(names[i], i))
                check.Add($"{field}[{i}]", $"\"{names[i]}\" is there already, as {field}[{places[names[i]]}]");
        }
    }

    /// <summary>A latent of a space.</summary>
    public static bool Latent(RequestCheck check, string field, Latent? latent, LatentSpace space) =>
        check.Require(
            latent is null || latent.LatentSpace.Length == 0 || latent.LatentSpace == space.Digest,
            $"{field}.latent_space",
            $"is that of other encoders and decoders than {space.Model}'s, {space.Digest}")
        & check.Vector($"{field}.values", latent?.Values, space.LatentSize, -LatentRange.Limit, LatentRange.Limit);

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static void Digest(RequestCheck check, string field, string digest) =>
        check.Require(
            digest.Length == 64 && !digest.AsSpan().ContainsAnyExcept("0123456789abcdef"), field, "is not 64 lower-case hexadecimal digits");
}
