using FaceMix.Latents;
using FaceMix.ModelStore;

namespace FaceMix.LatentStore.Latents;

/// <summary>A latent as it lies in the database.</summary>
/// <param name="Id">Unique across model versions.</param>
/// <param name="Model">NAME@VERSION.</param>
/// <param name="Source">Names the picture within its data set.</param>
/// <param name="Values">As many as the model's latent size.</param>
/// <param name="Attributes">Names of those it has, in the data set's order.</param>
/// <param name="Mask">The same as bits.</param>
/// <param name="Provenance">As numbered in the proto.</param>
public sealed record StoredLatent(
    long Id,
    ModelVersionId Model,
    string Source,
    ReadOnlyMemory<float> Values,
    IReadOnlyList<string> Attributes,
    AttributeMask Mask,
    int Provenance);
