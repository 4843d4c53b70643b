using FaceMix.Latents;
using FaceMix.Latents.V1;
using FaceMix.LatentStore.Search;
using FaceMix.LatentStore.Spaces;
using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.LatentStore.Rpc;

/// <summary>Turns the names of a request into the bits and keys of its latent space.</summary>
public sealed class FilterCheck(SpaceCatalog spaces)
{
    /// <exception cref="RpcException">A name is unknown or in both lists, or there are too many.</exception>
    public async Task<FaceFilter> RequireAsync(LatentSpace space, Filter? filter, CancellationToken cancellationToken)
    {
        filter ??= new Filter();
        var check = new RequestCheck();
        check.Known("filter.provenance", filter.Provenance);
        var wishes = Wishes(check, space, "filter.", filter.Want, filter.Avoid);
        var dataset = await DatasetAsync(check, space, "filter.dataset", filter.Dataset, cancellationToken);
        check.ThrowIfInvalid();
        return wishes with { Dataset = dataset, Provenance = (short)filter.Provenance };
    }

    /// <summary>The wishes of a match, and of which data set.</summary>
    /// <exception cref="RpcException">A field is wrong.</exception>
    public async Task<FaceFilter> RequireAsync(LatentSpace space, MatchFeaturesRequest request, CancellationToken cancellationToken)
    {
        var check = new RequestCheck();
        check.InRange("count", request.Count, 0, RequestRules.MaxMatches);
        check.Known("fallback", request.Fallback);
        var wishes = Wishes(check, space, "", request.Want, request.Avoid);
        var dataset = await DatasetAsync(check, space, "dataset", request.Dataset, cancellationToken);
        check.ThrowIfInvalid();
        return wishes with { Dataset = dataset };
    }

    /// <summary>The key of a data set; 0 for an empty name.</summary>
    public async Task<int> DatasetAsync(RequestCheck check, LatentSpace space, string field, string name, CancellationToken cancellationToken)
    {
        if (name.Length == 0 || !RequestRules.Text(check, field, name, RequestRules.MaxDatasetLength))
            return 0;
        if (await spaces.FindDatasetAsync(space, name, cancellationToken) is { } key)
            return key;
        check.Add(field, $"\"{name}\" is not a data set of {space.Model}'s latent space; ListDatasets lists them");
        return 0;
    }

    private static FaceFilter Wishes(RequestCheck check, LatentSpace space, string prefix, IReadOnlyList<string> want, IReadOnlyList<string> avoid)
    {
        var wanted = Mask(check, $"{prefix}want", space, want);
        var avoided = Mask(check, $"{prefix}avoid", space, avoid);
        for (var i = 0; i < avoid.Count && !(wanted & avoided).IsEmpty; i++)
        {
            if (space.Attributes.MaskOf(avoid[i]) is { } mask && !(mask & wanted).IsEmpty)
                check.Add($"{prefix}avoid[{i}]", $"\"{avoid[i]}\" is wanted as well; a face either has it or not");
        }
        return new FaceFilter(wanted, avoided);
    }

    private static AttributeMask Mask(RequestCheck check, string field, LatentSpace space, IReadOnlyList<string> names)
    {
        if (!check.Count(field, names.Count, 0, AttributeMask.MaxAttributes))
            return AttributeMask.None;
        var masks = AttributeMask.None;
        for (var i = 0; i < names.Count; i++)
        {
            if (space.Attributes.MaskOf(names[i]) is { } mask)
                masks |= mask;
            else
                check.Add($"{field}[{i}]", Unknown(space, names[i]));
        }
        return masks;
    }

    internal static string Unknown(LatentSpace space, string name)
    {
        var shown = name.Length <= 64 ? name : name[..64] + "…";
        var hint = space.Attributes.Nearest(name) is { } meant
            ? $"did you mean \"{meant}\"?"
            : space.Attributes.Names.Count == 0 ? "it has none" : $"it has {string.Join(", ", space.Attributes.Names)}";
        return $"\"{shown}\" is not an attribute of {space.Model}'s latent space: {hint}";
    }
}
