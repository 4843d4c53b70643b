namespace FaceMix.LatentStore.Search;

/// <summary>How far two latents are apart.</summary>
public enum Metric
{
    /// <summary>The length of their difference, 0 or more.</summary>
    Euclidean,

    /// <summary>1 - the cosine of the angle between them, 0 to 2. A latent of zeros has no direction and is never found.</summary>
    Cosine,
}
