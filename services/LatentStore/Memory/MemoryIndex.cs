using FaceMix.LatentStore.Search;

namespace FaceMix.LatentStore.Memory;

/// <summary>Answers from a table in memory.</summary>
public sealed class MemoryIndex(FaceTable table) : IFaceIndex
{
    public FaceTable Table { get; } = table;

    public Task<FeatureMatch> MatchAsync(FeatureQuestion question, CancellationToken cancellationToken) =>
        Task.FromResult(TableMatching.Match(Table, question));

    public Task<AttributeCounts> CountAsync(FaceFilter filter, int attributes, CancellationToken cancellationToken) =>
        Task.FromResult(TableCounting.Count(Table, filter, attributes));

    public Task<NearestFaces> NearestAsync(NearestQuestion question, CancellationToken cancellationToken) =>
        Task.FromResult(new NearestFaces(TableScan.Nearest(Table, question, cancellationToken), Table.Revision));

    public Task<AttributeMeans> MeansAsync(int attributes, CancellationToken cancellationToken) =>
        Task.FromResult(TableMeans.Of(Table, attributes));

    public Task<FaceTable> SampleAsync(int count, CancellationToken cancellationToken) =>
        Task.FromResult(TableMeans.Sample(Table, count));
}
