using FaceMix.Latents;
using FaceMix.ModelStore;

namespace FaceMix.LatentStore.Latents;

/// <summary>A model version that holds latents.</summary>
/// <param name="Key">Its row in <c>model_versions</c> and its partition of <c>latents</c>.</param>
/// <param name="Id">NAME@VERSION.</param>
/// <param name="LatentSize">Numbers in a latent.</param>
/// <param name="Attributes">What the bits of its masks mean.</param>
/// <param name="Latents">How many there are.</param>
/// <param name="Revision">Grows with every change of them.</param>
public sealed record StoredModel(int Key, ModelVersionId Id, int LatentSize, AttributeNames Attributes, long Latents, long Revision)
{
    /// <summary>
    /// The table of its latents alone. A statement that reads all of them names it, because a condition on the
    /// model version would make the planner expect few rows.
    /// </summary>
    public string Partition => PartitionOf(Key);

    internal static string PartitionOf(int key) => $"latents_of_{key}";
}
