using FaceMix.Latents;

namespace FaceMix.LatentStore.Latents;

/// <summary>A face as it lies in the database.</summary>
/// <param name="Id">Unique across latent spaces.</param>
/// <param name="Dataset">The data set's name.</param>
/// <param name="Source">Names the picture within its data set.</param>
/// <param name="Values">As many as the latent space has; empty where they were not asked for.</param>
/// <param name="Has">Attributes that it has.</param>
/// <param name="Known">Attributes of which it is known whether it has them.</param>
/// <param name="Provenance">1 synthetic, 2 photograph.</param>
/// <param name="Revision">The space's revision that last changed it.</param>
public sealed record StoredFace(
    long Id, string Dataset, string Source, ReadOnlyMemory<float> Values, AttributeMask Has, AttributeMask Known, short Provenance, long Revision);
