using FaceMix.Latents;
using FaceMix.Latents.V1;
using FaceMix.LatentStore.Latents;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.LatentStore.Rpc;

/// <summary>Everything that can be wrong with latents to be stored, found before the database hears of them.</summary>
public static class AddLatentsCheck
{
    /// <summary>Most latents in one request.</summary>
    public const int MaxLatents = 1000;

    /// <summary>Longest latent: a row of the table must fit into a page of 8 KiB.</summary>
    public const int MaxLatentSize = 2000;

    /// <summary>Longest source, in characters.</summary>
    public const int MaxSourceLength = 512;

    /// <summary>Longest attribute name, in characters.</summary>
    public const int MaxAttributeLength = 100;

    /// <exception cref="RpcException">INVALID_ARGUMENT with every field that is wrong.</exception>
    public static LatentBatch Require(AddLatentsRequest request)
    {
        var check = new RequestCheck();
        if (ModelChoice.Problem(request.ModelVersion) is { } problem)
            check.Add("model_version", problem);
        CheckAttributes(check, request.Attributes);
        if (check.Count("latents", request.Latents.Count, 1, MaxLatents))
            CheckLatents(check, request);
        check.ThrowIfInvalid();

        return new LatentBatch(
            ModelVersionId.Parse(request.ModelVersion),
            request.Latents[0].Latent.Values.Count,
            new AttributeNames([.. request.Attributes]),
            [.. request.Latents.Select(latent => new LatentBatch.Row(
                latent.Source,
                latent.Latent.Values.ToArray(),
                new AttributeMask(latent.AttributeMask),
                (int)latent.Provenance))]);
    }

    private static void CheckAttributes(RequestCheck check, IReadOnlyList<string> names)
    {
        check.Count("attributes", names.Count, 0, AttributeMask.MaxAttributes);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(names.Count, AttributeMask.MaxAttributes); i++)
        {
            CheckText(check, $"attributes[{i}]", names[i], MaxAttributeLength);
            if (!places.TryAdd(names[i], i))
                check.Add($"attributes[{i}]", $"\"{names[i]}\" is there already, as attributes[{places[names[i]]}]");
        }
    }

    private static void CheckLatents(RequestCheck check, AddLatentsRequest request)
    {
        var size = request.Latents[0].Latent?.Values.Count ?? 0;
        if (!check.Require(size is > 0 and <= MaxLatentSize, "latents[0].latent.values", $"{size} numbers given; 1 to {MaxLatentSize} allowed"))
            return;
        var named = AttributeMask.All(request.Attributes.Count);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < request.Latents.Count; i++)
        {
            var latent = request.Latents[i];
            CheckText(check, $"latents[{i}].source", latent.Source, MaxSourceLength);
            if (!places.TryAdd(latent.Source, i))
                check.Add($"latents[{i}].source", $"is that of latents[{places[latent.Source]}], too");
            check.Vector($"latents[{i}].latent.values", latent.Latent?.Values, size, -LatentRange.Limit, LatentRange.Limit);
            check.Require(
                (new AttributeMask(latent.AttributeMask) & ~named).IsEmpty,
                $"latents[{i}].attribute_mask",
                $"has bits set for which attributes has no name; it has {request.Attributes.Count} names");
            check.Require(
                latent.Provenance is Provenance.Synthetic or Provenance.Photograph,
                $"latents[{i}].provenance",
                "must be PROVENANCE_SYNTHETIC or PROVENANCE_PHOTOGRAPH");
        }
    }

    private static void CheckText(RequestCheck check, string field, string text, int maxLength)
    {
        if (check.Length(field, text, 1, maxLength))
            check.Require(!text.Any(char.IsControl), field, "has a control character in it");
    }
}
