using FaceMix.Latents;

namespace FaceMix.LatentStore.Search;

/// <summary>Which faces are meant: known to have what is wanted, known to lack what is avoided, of a data set and a provenance.</summary>
/// <param name="Want">Attributes it must be known to have.</param>
/// <param name="Avoid">Attributes it must be known to lack; none that is wanted.</param>
/// <param name="Dataset">Key of the data set; 0 means any.</param>
/// <param name="Provenance">1 synthetic, 2 photograph; 0 means any.</param>
public readonly record struct FaceFilter(AttributeMask Want, AttributeMask Avoid, int Dataset = 0, short Provenance = 0)
{
    public bool IsEmpty => (Want | Avoid).IsEmpty && Dataset == 0 && Provenance == 0;

    /// <summary>The same without wishes.</summary>
    public FaceFilter WithoutWishes => this with { Want = AttributeMask.None, Avoid = AttributeMask.None };

    /// <summary>Wishes a face is known to meet.</summary>
    public AttributeMask Met(AttributeMask has, AttributeMask known) => (Want & has) | (Avoid & known & ~has);

    /// <summary>Wanted attributes that a face is known to lack.</summary>
    public AttributeMask Missing(AttributeMask has, AttributeMask known) => Want & known & ~has;

    /// <summary>Avoided attributes that a face is known to have.</summary>
    public AttributeMask Violated(AttributeMask has) => Avoid & has;

    /// <summary>Wishes of which it is not known whether a face meets them.</summary>
    public AttributeMask NotKnown(AttributeMask known) => (Want | Avoid) & ~known;

    /// <summary>Whether a face is known to meet every wish.</summary>
    public bool Meets(AttributeMask has, AttributeMask known) => (((has ^ Want) & (Want | Avoid)) | (Avoid & ~known)).IsEmpty;

    /// <summary>How far a face is from the wishes; smaller is better: unmet wishes count first, then those not known.</summary>
    public int Distance(AttributeMask has, AttributeMask known) =>
        ((Missing(has, known) | Violated(has)).Count << 8) + NotKnown(known).Count;

    /// <summary>Whether a face is of the data set and the provenance.</summary>
    public bool IsOf(int dataset, short provenance) =>
        (Dataset == 0 || Dataset == dataset) && (Provenance == 0 || Provenance == provenance);
}
