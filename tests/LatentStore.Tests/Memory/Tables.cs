using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Search;

namespace FaceMix.Tests.LatentStore.Memory;

/// <summary>Tables without a database.</summary>
internal static class Tables
{
    public static readonly Guid Epoch = new("00000000-0000-0000-0000-000000000001");

    public static FaceFilter Filter(ulong want, ulong avoid, int dataset = 0, short provenance = 0) => new(new(want), new(avoid), dataset, provenance);

    public sealed record Row(long Id, float[] Latent, ulong Has = 0, ulong Known = ulong.MaxValue, int Dataset = 1, byte Provenance = 1);

    public static FaceTable Of(int latentSize, IEnumerable<Row> rows, FaceTable? before = null, IEnumerable<long>? deleted = null, long revision = 1) =>
        Change(latentSize, rows, before, deleted).Build(revision, Epoch);

    public static FaceTableChange Change(int latentSize, IEnumerable<Row> rows, FaceTable? before, IEnumerable<long>? deleted)
    {
        var change = new FaceTableChange(latentSize, before);
        foreach (var row in rows)
        {
            var (segment, place) = change.Add(row.Id, new(row.Has), new(row.Known), row.Dataset, row.Provenance);
            row.Latent.CopyTo(segment.Room(place));
            segment.Finish(place);
        }
        foreach (var id in deleted ?? [])
            change.Delete(id);
        return change;
    }

    /// <summary>What a table holds, by id.</summary>
    public static Dictionary<long, float[]> Content(FaceTable table) => Enumerable.Range(0, table.Segments)
        .SelectMany(i => Enumerable.Range(0, table[i].Count).Where(table[i].IsLive).Select(row => (table[i].Segment.Ids[row], table[i].Segment.Latent(row).ToArray())))
        .ToDictionary(pair => pair.Item1, pair => pair.Item2);
}
