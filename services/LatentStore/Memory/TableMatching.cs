using FaceMix.Latents;
using FaceMix.LatentStore.Search;

namespace FaceMix.LatentStore.Memory;

/// <summary>Faces for ticked features, from a table.</summary>
public static class TableMatching
{
    /// <summary>Faces that are known to meet every wish; where there are none, those that the fallback takes.</summary>
    public static FeatureMatch Match(FaceTable table, FeatureQuestion question)
    {
        var best = new Smallest<long>(question.Count);
        var candidates = Take(table, question.Filter, question.Seed, best);
        if (candidates == 0)
        {
            candidates = question.InOrder is { } wishes
                ? Take(table, InOrder(table, question.Filter, wishes), question.Seed, best)
                : TakeNearest(table, question.Filter, question.Seed, best);
        }
        var ids = new long[best.Count];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = best.Kept[i].Id;
        return new FeatureMatch(ids, candidates, table.Revision);
    }

    /// <summary>The wishes taken one after the other; one that would leave no face is skipped.</summary>
    private static FaceFilter InOrder(FaceTable table, FaceFilter filter, IReadOnlyList<AttributeMask> wishes)
    {
        var taken = filter.WithoutWishes;
        foreach (var wish in wishes)
        {
            var more = (filter.Want & wish).IsEmpty ? taken with { Avoid = taken.Avoid | wish } : taken with { Want = taken.Want | wish };
            if (HasAny(table, more))
                taken = more;
        }
        return taken;
    }

    private static bool HasAny(FaceTable table, FaceFilter filter)
    {
        for (var i = 0; i < table.Segments; i++)
        {
            var rows = table[i];
            for (var row = 0; row < rows.Count; row++)
            {
                if (rows.Passes(filter, row))
                    return true;
            }
        }
        return false;
    }

    private static long Take(FaceTable table, FaceFilter filter, ulong seed, Smallest<long> best)
    {
        var candidates = 0L;
        for (var i = 0; i < table.Segments; i++)
        {
            var rows = table[i];
            for (var row = 0; row < rows.Count; row++)
            {
                if (!rows.Passes(filter, row))
                    continue;
                candidates++;
                best.Add(SeededOrder.Key(rows.Segment.Ids[row], seed), rows.Segment.Ids[row]);
            }
        }
        return candidates;
    }

    private static long TakeNearest(FaceTable table, FaceFilter filter, ulong seed, Smallest<long> best)
    {
        var (nearest, candidates) = (int.MaxValue, 0L);
        for (var i = 0; i < table.Segments; i++)
        {
            var rows = table[i];
            var segment = rows.Segment;
            for (var row = 0; row < rows.Count; row++)
            {
                var distance = filter.Distance(segment.Has[row], segment.Known[row]);
                if (distance > nearest || !rows.IsLive(row) || !filter.IsOf(segment.Datasets[row], segment.Provenances[row]))
                    continue;
                if (distance < nearest)
                {
                    (nearest, candidates) = (distance, 0);
                    best.Clear();
                }
                candidates++;
                best.Add(SeededOrder.Key(segment.Ids[row], seed), segment.Ids[row]);
            }
        }
        return candidates;
    }
}
