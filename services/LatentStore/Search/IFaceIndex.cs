using FaceMix.Latents;
using FaceMix.LatentStore.Memory;

namespace FaceMix.LatentStore.Search;

/// <summary>Answers about the faces of one latent space; in memory or by the database.</summary>
public interface IFaceIndex
{
    /// <summary>Faces for ticked features.</summary>
    /// <param name="question">What is wished.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<FeatureMatch> MatchAsync(FeatureQuestion question, CancellationToken cancellationToken);

    /// <summary>How many faces pass a filter, and how many of them have each attribute.</summary>
    /// <param name="filter">Which faces.</param>
    /// <param name="attributes">How many attributes the latent space has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<AttributeCounts> CountAsync(FaceFilter filter, int attributes, CancellationToken cancellationToken);

    /// <summary>The faces nearest to a latent, exactly; nearest first, equal distances by id.</summary>
    Task<NearestFaces> NearestAsync(NearestQuestion question, CancellationToken cancellationToken);

    /// <summary>Mean latents: of all faces, and for each attribute of those that have and of those that lack it.</summary>
    Task<AttributeMeans> MeansAsync(int attributes, CancellationToken cancellationToken);

    /// <summary>At most so many faces, the same ones on every replica.</summary>
    Task<FaceTable> SampleAsync(int count, CancellationToken cancellationToken);
}

/// <param name="Filter">The wishes, and of which faces.</param>
/// <param name="InOrder">The wishes one by one, in the order in which they are taken when no face meets all; null takes the fewest unmet instead.</param>
/// <param name="Seed">Chooses among faces that are equally good.</param>
/// <param name="Count">Most faces, 1 to 64.</param>
public sealed record FeatureQuestion(FaceFilter Filter, IReadOnlyList<AttributeMask>? InOrder, ulong Seed, int Count);

/// <param name="Ids">The chosen faces, the seed's first one first.</param>
/// <param name="Candidates">How many were equally good.</param>
/// <param name="Revision">Of the latent space when it was answered.</param>
public sealed record FeatureMatch(IReadOnlyList<long> Ids, long Candidates, long Revision);

/// <param name="Total">Faces that pass the filter.</param>
/// <param name="Has">For each attribute, how many have it.</param>
/// <param name="Known">For each attribute, of how many it is known whether they have it.</param>
public sealed record AttributeCounts(long Total, long[] Has, long[] Known);

/// <param name="Query">As many numbers as the latent space has.</param>
/// <param name="Except">A face that is not among the answers; 0 means none.</param>
/// <param name="Metric">How distance is measured.</param>
/// <param name="Filter">Which faces.</param>
/// <param name="Count">Most answers, at least 1.</param>
/// <param name="MaxDistance">Only faces at most this far away.</param>
public sealed record NearestQuestion(ReadOnlyMemory<float> Query, long Except, Metric Metric, FaceFilter Filter, int Count, double MaxDistance);

/// <param name="Found">Nearest first, equal distances by id.</param>
/// <param name="Revision">Of the latent space when they were found.</param>
public sealed record NearestFaces(IReadOnlyList<(long Id, double Distance)> Found, long Revision);

/// <param name="All">Of every face.</param>
/// <param name="With">For each attribute, of the faces known to have it.</param>
/// <param name="Without">For each attribute, of the faces known to lack it.</param>
/// <param name="Revision">Of the latent space when they were computed.</param>
/// <param name="Epoch">The same.</param>
public sealed record AttributeMeans(MeanLatent All, MeanLatent[] With, MeanLatent[] Without, long Revision, Guid Epoch);

/// <param name="Mean">Undefined where there are no faces.</param>
/// <param name="Faces">How many they were.</param>
public readonly record struct MeanLatent(double[] Mean, long Faces);

/// <summary>How far two latents are apart.</summary>
public enum Metric
{
    /// <summary>The length of their difference, 0 or more.</summary>
    Euclidean,

    /// <summary>1 - the cosine of the angle between them, 0 to 2. A latent of zeros has no direction and is never found.</summary>
    Cosine,
}
