using System.Numerics;
using FaceMix.LatentStore.Search;

namespace FaceMix.LatentStore.Memory;

/// <summary>
/// The faces of a latent space as they were at one revision; never changes. Tables of neighbouring revisions share their segments.
/// </summary>
public sealed class FaceTable
{
    private readonly Segment[] _segments;
    private readonly int[] _counts;
    private readonly ulong[]?[] _dead;

    internal FaceTable(int latentSize, long revision, Guid epoch, long greatestId, Segment[] segments, int[] counts, ulong[]?[] dead)
    {
        (LatentSize, Revision, Epoch, GreatestId) = (latentSize, revision, epoch, greatestId);
        (_segments, _counts, _dead) = (segments, counts, dead);
        for (var i = 0; i < segments.Length; i++)
            Count += counts[i] - DeadIn(i);
    }

    public int LatentSize { get; }

    public long Revision { get; }

    public Guid Epoch { get; }

    /// <summary>Faces.</summary>
    public long Count { get; }

    /// <summary>No face that the table ever held has a greater id.</summary>
    public long GreatestId { get; }

    /// <summary>In bytes.</summary>
    public long Memory => _segments.Length * Segment.BytesFor(LatentSize);

    public int Segments => _segments.Length;

    /// <summary>Part of the table.</summary>
    public FaceRows this[int segment] => new(_segments[segment], _counts[segment], _dead[segment]);

    /// <summary>Where a face lies; null when the table lacks it.</summary>
    public (int Segment, int Row)? Find(long id)
    {
        for (var i = 0; i < _segments.Length; i++)
        {
            // A face that was replaced may lie in a segment twice, dead the first time.
            for (var from = 0; _segments[i].Ids.AsSpan(from, _counts[i] - from).IndexOf(id) is >= 0 and var found; from += found + 1)
            {
                if (this[i].IsLive(from + found))
                    return (i, from + found);
            }
        }
        return null;
    }

    internal int DeadIn(int segment) => _dead[segment] is { } bits ? bits.Sum(BitOperations.PopCount) : 0;

    internal (List<Segment> Segments, List<int> Counts, List<ulong[]?> Dead) Parts() => ([.. _segments], [.. _counts], [.. _dead]);
}

/// <summary>The rows of one segment that a table sees.</summary>
/// <param name="Segment">Its columns.</param>
/// <param name="Count">Rows that were written when the table was made, dead ones included.</param>
/// <param name="Dead">Bit i of these: row i was replaced or deleted; null: none.</param>
public readonly record struct FaceRows(Segment Segment, int Count, ulong[]? Dead)
{
    public bool IsLive(int row) => Dead is null || (Dead[row >> 6] >> row & 1) == 0;

    /// <summary>Whether a row is live and passes a filter.</summary>
    public bool Passes(FaceFilter filter, int row) =>
        filter.Meets(Segment.Has[row], Segment.Known[row])
        && IsLive(row)
        && filter.IsOf(Segment.Datasets[row], Segment.Provenances[row]);
}
