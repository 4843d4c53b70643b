using FaceMix.Latents;
using FaceMix.LatentStore.Search;

namespace FaceMix.LatentStore.Memory;

/// <summary>Counts of a table's attributes.</summary>
public static class TableCounting
{
    /// <param name="table">The faces.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="attributes">Attributes of the latent space, 0 to 64.</param>
    public static AttributeCounts Count(FaceTable table, FaceFilter filter, int attributes)
    {
        var named = AttributeMask.All(attributes);
        var (total, has, notKnown) = (0L, new long[AttributeMask.MaxAttributes], new long[AttributeMask.MaxAttributes]);
        for (var i = 0; i < table.Segments; i++)
        {
            var rows = table[i];
            for (var row = 0; row < rows.Count; row++)
            {
                if (!rows.Passes(filter, row))
                    continue;
                total++;
                Add(has, rows.Segment.Has[row]);
                Add(notKnown, named & ~rows.Segment.Known[row]);
            }
        }
        return new AttributeCounts(total, has[..attributes], [.. notKnown.Take(attributes).Select(count => total - count)]);
    }

    private static void Add(long[] counts, AttributeMask mask)
    {
        for (; !mask.IsEmpty; mask = mask.WithoutFirst)
            counts[mask.First]++;
    }
}
