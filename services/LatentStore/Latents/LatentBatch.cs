using FaceMix.Latents;
using FaceMix.ModelStore;

namespace FaceMix.LatentStore.Latents;

/// <summary>Latents to store together; all of them or none.</summary>
/// <param name="Model">Whose latents they are.</param>
/// <param name="LatentSize">Numbers in each.</param>
/// <param name="Attributes">What the bits of the masks mean.</param>
/// <param name="Rows">Checked: sources differ, vectors have the size, masks only bits that have a name.</param>
public sealed record LatentBatch(
    ModelVersionId Model,
    int LatentSize,
    AttributeNames Attributes,
    IReadOnlyList<LatentBatch.Row> Rows)
{
    public sealed record Row(string Source, ReadOnlyMemory<float> Values, AttributeMask Mask, int Provenance);
}
