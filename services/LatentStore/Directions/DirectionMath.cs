using System.Numerics.Tensors;
using FaceMix.Latents;
using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Search;

namespace FaceMix.LatentStore.Directions;

/// <summary>Directions from means and a sample of the faces.</summary>
public static class DirectionMath
{
    /// <param name="names">The latent space's attributes.</param>
    /// <param name="means">As many attributes.</param>
    /// <param name="sample">Faces that the directions are probed with.</param>
    public static DirectionSet Compute(AttributeNames names, AttributeMeans means, FaceTable sample)
    {
        var directions = new List<Direction>();
        for (var i = 0; i < means.With.Length; i++)
        {
            var (with, without) = (means.With[i], means.Without[i]);
            if (with.Faces == 0 || without.Faces == 0)
                continue;
            var difference = new double[with.Mean.Length];
            TensorPrimitives.Subtract<double>(with.Mean, without.Mean, difference);
            var length = TensorPrimitives.Norm<double>(difference);
            // Both sides have the same mean: no way leads from one to the other.
            if (length == 0)
                continue;
            var unit = Array.ConvertAll(difference, value => (float)(value / length));
            directions.Add(new Direction(names.Names[i], unit, length, with.Faces, without.Faces, Auc(sample, unit, i)));
        }
        return new DirectionSet(directions, Array.ConvertAll(means.All.Mean, value => (float)value), means.All.Faces, means.Revision);
    }

    /// <summary>
    /// How likely a face that has the attribute lies further along than one that lacks it, ties counting half. A direction that is worse than
    /// chance on the sample counts as chance; so does a sample that lacks a side.
    /// </summary>
    private static double Auc(FaceTable sample, float[] unit, int place)
    {
        var faces = new List<(float Place, bool Has)>();
        for (var i = 0; i < sample.Segments; i++)
        {
            var rows = sample[i];
            for (var row = 0; row < rows.Count; row++)
            {
                if (rows.IsLive(row) && rows.Segment.Known[row].Has(place))
                    faces.Add((TensorPrimitives.Dot(rows.Segment.Latent(row), unit), rows.Segment.Has[row].Has(place)));
            }
        }
        faces.Sort((a, b) => a.Place.CompareTo(b.Place));
        var with = faces.LongCount(face => face.Has);
        var without = faces.Count - with;
        if (with == 0 || without == 0)
            return 0.5;
        var ranks = 0.0;
        for (var from = 0; from < faces.Count;)
        {
            var to = from;
            var having = 0;
            for (; to < faces.Count && faces[to].Place == faces[from].Place; to++)
                having += faces[to].Has ? 1 : 0;
            // Equal places share the mean of their ranks, which are counted from 1.
            ranks += having * ((from + 1 + to) / 2.0);
            from = to;
        }
        return Math.Max(0.5, (ranks - (with * (with + 1) / 2.0)) / ((double)with * without));
    }
}
