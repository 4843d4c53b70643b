using FaceMix.Latents;

namespace FaceMix.LatentStore.Latents;

/// <summary>A face to be stored; checked against its latent space.</summary>
/// <param name="Source">1 to 512 characters.</param>
/// <param name="Values">As many as the latent space has, within its limits.</param>
/// <param name="Has">Attributes of the latent space that it has; none that is not in <paramref name="Known"/>.</param>
/// <param name="Known">Attributes of which it is known whether it has them.</param>
/// <param name="Provenance">1 synthetic, 2 photograph.</param>
public readonly record struct NewFace(string Source, ReadOnlyMemory<float> Values, AttributeMask Has, AttributeMask Known, short Provenance);
