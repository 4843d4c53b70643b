using FaceMix.Latents;
using FaceMix.LatentStore.Features;
using FaceMix.LatentStore.Latents;
using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.LatentStore.Rpc;

/// <summary>Turns the names that a request wants and avoids into bits.</summary>
public static class WishCheck
{
    /// <exception cref="RpcException">A name is unknown, or in both lists, or there are too many.</exception>
    public static Wish Require(StoredModel model, IReadOnlyList<string> want, IReadOnlyList<string> avoid)
    {
        var check = new RequestCheck();
        var wanted = Bits(check, "want", model, want);
        var avoided = Bits(check, "avoid", model, avoid);
        for (var i = 0; i < avoid.Count && !(wanted & avoided).IsEmpty; i++)
        {
            if (model.Attributes.MaskOf(avoid[i]) is { } mask && !(mask & wanted).IsEmpty)
                check.Add($"avoid[{i}]", $"\"{avoid[i]}\" is wanted as well; a face either has it or not");
        }
        check.ThrowIfInvalid();
        return new Wish(wanted, avoided);
    }

    private static AttributeMask Bits(RequestCheck check, string field, StoredModel model, IReadOnlyList<string> names)
    {
        if (!check.Count(field, names.Count, 0, AttributeMask.MaxAttributes))
            return AttributeMask.None;
        var bits = AttributeMask.None;
        for (var i = 0; i < names.Count; i++)
        {
            if (model.Attributes.MaskOf(names[i]) is { } mask)
                bits |= mask;
            else
                check.Add($"{field}[{i}]", Unknown(model, names[i]));
        }
        return bits;
    }

    private static string Unknown(StoredModel model, string name)
    {
        var shown = name.Length <= 64 ? name : name[..64] + "…";
        var hint = model.Attributes.Nearest(name) is { } meant
            ? $"did you mean \"{meant}\"?"
            : model.Attributes.Names.Count == 0 ? "it has none" : $"it has {string.Join(", ", model.Attributes.Names)}";
        return $"\"{shown}\" is not an attribute of {model.Id}: {hint}";
    }
}
