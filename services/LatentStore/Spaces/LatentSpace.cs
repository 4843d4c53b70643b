using FaceMix.Latents;
using FaceMix.ModelStore;

namespace FaceMix.LatentStore.Spaces;

/// <summary>A latent space as it was when a request began, under the name of a model version that has it.</summary>
/// <param name="Key">Its row in <c>latent_spaces</c> and its partition of <c>latents</c>.</param>
/// <param name="Digest">SHA-256 of encoder and decoder.</param>
/// <param name="LatentSize">Numbers in a latent.</param>
/// <param name="Attributes">What the bits of its masks mean.</param>
/// <param name="Revision">Grows with every change of its faces.</param>
/// <param name="Epoch">Another one where revisions do not tell what changed.</param>
/// <param name="Model">The version asked for.</param>
public sealed record LatentSpace(
    int Key, string Digest, int LatentSize, AttributeNames Attributes, long Revision, Guid Epoch, ModelVersionId Model)
{
    /// <summary>
    /// The table of its faces alone. A statement that reads all of them names it, because a condition on the
    /// space would make the planner expect few rows.
    /// </summary>
    public string Partition => $"latents_of_space_{Key}";
}
