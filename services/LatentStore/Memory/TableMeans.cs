using System.Numerics.Tensors;
using FaceMix.Latents;
using FaceMix.LatentStore.Search;

namespace FaceMix.LatentStore.Memory;

/// <summary>Mean latents of a table's faces.</summary>
public static class TableMeans
{
    public static AttributeMeans Of(FaceTable table, int attributes)
    {
        var all = new Sum(table.LatentSize);
        var with = Enumerable.Range(0, AttributeMask.MaxAttributes).Select(_ => new Sum(table.LatentSize)).ToArray();
        var without = Enumerable.Range(0, AttributeMask.MaxAttributes).Select(_ => new Sum(table.LatentSize)).ToArray();
        var latent = new double[table.LatentSize];
        for (var i = 0; i < table.Segments; i++)
        {
            var rows = table[i];
            for (var row = 0; row < rows.Count; row++)
            {
                if (!rows.IsLive(row))
                    continue;
                TensorPrimitives.ConvertTruncating<float, double>(rows.Segment.Latent(row), latent);
                all.Add(latent);
                Add(with, rows.Segment.Has[row], latent);
                Add(without, rows.Segment.Known[row] & ~rows.Segment.Has[row], latent);
            }
        }
        return new AttributeMeans(
            all.Mean, [.. with.Take(attributes).Select(sum => sum.Mean)], [.. without.Take(attributes).Select(sum => sum.Mean)], table.Revision, table.Epoch);
    }

    /// <summary>The first faces in the order of seed 0.</summary>
    public static FaceTable Sample(FaceTable table, int count)
    {
        if (table.Count <= count)
            return table;
        var places = new List<(long Key, long Id, int Segment, int Row)>((int)table.Count);
        for (var i = 0; i < table.Segments; i++)
        {
            var rows = table[i];
            for (var row = 0; row < rows.Count; row++)
            {
                if (rows.IsLive(row))
                    places.Add((SeededOrder.Key(rows.Segment.Ids[row], 0), rows.Segment.Ids[row], i, row));
            }
        }
        places.Sort();
        var change = new FaceTableChange(table.LatentSize, before: null);
        foreach (var (_, _, segment, row) in places.Take(count))
            change.AddFrom(table[segment].Segment, row);
        return change.Build(table.Revision, table.Epoch);
    }

    private static void Add(Sum[] sums, AttributeMask mask, double[] latent)
    {
        for (; !mask.IsEmpty; mask = mask.WithoutFirst)
            sums[mask.First].Add(latent);
    }

    private sealed class Sum(int size)
    {
        private readonly double[] _sum = new double[size];
        private long _count;

        public void Add(double[] latent)
        {
            TensorPrimitives.Add<double>(_sum, latent, _sum);
            _count++;
        }

        public MeanLatent Mean
        {
            get
            {
                if (_count == 0)
                    return new MeanLatent([], 0);
                var mean = new double[_sum.Length];
                TensorPrimitives.Divide(_sum, (double)_count, mean);
                return new MeanLatent(mean, _count);
            }
        }
    }
}
