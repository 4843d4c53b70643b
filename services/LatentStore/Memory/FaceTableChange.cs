using FaceMix.Latents;

namespace FaceMix.LatentStore.Memory;

/// <summary>Makes the next table from one, or from nothing. The table that it began with stays as it is.</summary>
public sealed class FaceTableChange
{
    private const int DeadWords = Segment.Capacity / 64;

    // From so many on, a set and one walk over the table is faster than a search for each.
    private const int Many = 16;

    private readonly int _latentSize;
    private readonly FaceTable? _before;
    private readonly List<Segment> _segments = [];
    private readonly List<int> _counts = [];
    private readonly List<ulong[]?> _dead = [];
    private readonly HashSet<long> _gone = [];
    private readonly List<(Segment Segment, int Row)> _buried = [];
    private long _greatest;

    /// <param name="latentSize">Numbers in a latent.</param>
    /// <param name="before">The table that is changed; null begins with an empty one.</param>
    public FaceTableChange(int latentSize, FaceTable? before)
    {
        (_latentSize, _before) = (latentSize, before);
        if (before is null)
            return;
        (_segments, _counts, _dead) = before.Parts();
        _greatest = before.GreatestId;
    }

    /// <summary>In bytes.</summary>
    public long Memory => _segments.Count * Segment.BytesFor(_latentSize);

    /// <summary>Rows of the earlier table that were replaced or deleted.</summary>
    public IReadOnlyCollection<(Segment Segment, int Row)> Buried => _buried;

    /// <summary>Overwrites what was replaced or deleted: it may be personal data. Readers of the earlier table should be done.</summary>
    public void Wipe()
    {
        foreach (var (segment, row) in _buried)
            segment.Wipe(row);
    }

    /// <summary>Adds a face, or replaces the one of its id. Write its latent into the returned segment's row, then call <see cref="Segment.Finish"/>.</summary>
    public (Segment Segment, int Row) Add(long id, AttributeMask has, AttributeMask known, int dataset, byte provenance)
    {
        // The database gives ids in order, so one that is greater than all before cannot replace anything.
        if (_before is not null && id <= _before.GreatestId)
            _gone.Add(id);
        _greatest = Math.Max(_greatest, id);
        var (segment, row) = NextRow();
        segment.Ids[row] = id;
        segment.Has[row] = has;
        segment.Known[row] = known;
        segment.Datasets[row] = dataset;
        segment.Provenances[row] = provenance;
        return (segment, row);
    }

    /// <summary>Adds a copy of a row of another table.</summary>
    public void AddFrom(Segment segment, int row)
    {
        var (target, place) = NextRow();
        target.CopyFrom(segment, row, place);
        _greatest = Math.Max(_greatest, segment.Ids[row]);
    }

    /// <summary>Deletes a face; one that is not there is no error.</summary>
    public void Delete(long id) => _gone.Add(id);

    public FaceTable Build(long revision, Guid epoch)
    {
        if (_before is not null && _gone.Count > 0)
            Bury();
        var table = Table();
        return Compact(table) ? Table() : table;

        FaceTable Table() => new(_latentSize, revision, epoch, _greatest, [.. _segments], [.. _counts], [.. _dead]);
    }

    private (Segment Segment, int Row) NextRow()
    {
        if (_segments.Count == 0 || _counts[^1] == Segment.Capacity)
        {
            _segments.Add(new Segment(_latentSize));
            _counts.Add(0);
            _dead.Add(null);
        }
        return (_segments[^1], _counts[^1]++);
    }

    // Only rows that were there before: those added since are the ones that replace them.
    private void Bury()
    {
        if (_gone.Count < Many)
        {
            foreach (var id in _gone)
            {
                if (_before!.Find(id) is var (segment, row))
                    Kill(segment, row);
            }
            return;
        }
        for (var i = 0; i < _before!.Segments; i++)
        {
            var rows = _before[i];
            for (var row = 0; row < rows.Count; row++)
            {
                if (_gone.Contains(rows.Segment.Ids[row]) && rows.IsLive(row))
                    Kill(i, row);
            }
        }
    }

    private void Kill(int segment, int row)
    {
        var before = segment < _before!.Segments ? _before[segment].Dead : null;
        if (ReferenceEquals(_dead[segment], before))
            _dead[segment] = before is null ? new ulong[DeadWords] : [.. before];
        _dead[segment]![row >> 6] |= 1UL << row;
        _buried.Add((_segments[segment], row));
    }

    /// <summary>Moves the last rows of segments that are half dead to the end, and drops those segments.</summary>
    private bool Compact(FaceTable table)
    {
        var dropped = false;
        for (var i = table.Segments - 2; i >= 0; i--)
        {
            if (table.DeadIn(i) <= Segment.Capacity / 2)
                continue;
            var rows = table[i];
            for (var row = 0; row < rows.Count; row++)
            {
                if (!rows.IsLive(row))
                    continue;
                var (segment, place) = NextRow();
                segment.CopyFrom(rows.Segment, row, place);
            }
            _segments.RemoveAt(i);
            _counts.RemoveAt(i);
            _dead.RemoveAt(i);
            dropped = true;
        }
        return dropped;
    }
}
