namespace FaceMix.LatentStore.Directions;

/// <param name="Attribute">Its name.</param>
/// <param name="Unit">Mean of the faces that have it minus mean of those that lack it, divided by its length.</param>
/// <param name="Length">Its length before the division, above 0.</param>
/// <param name="FacesWith">Faces known to have it, at least 1.</param>
/// <param name="FacesWithout">Faces known to lack it, at least 1.</param>
/// <param name="Auc">Area under the ROC curve of the projection on it, 0.5 to 1.</param>
public sealed record Direction(string Attribute, float[] Unit, double Length, long FacesWith, long FacesWithout, double Auc);

/// <summary>The directions of a latent space, computed together.</summary>
/// <param name="Directions">Of attributes that have faces on both sides, in the space's order.</param>
/// <param name="Mean">The mean latent of all faces.</param>
/// <param name="Faces">How many they were.</param>
/// <param name="Revision">Of the latent space when they were computed.</param>
public sealed record DirectionSet(IReadOnlyList<Direction> Directions, float[] Mean, long Faces, long Revision);
