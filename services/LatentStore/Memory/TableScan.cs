using FaceMix.LatentStore.Search;

namespace FaceMix.LatentStore.Memory;

/// <summary>
/// The nearest faces of a table, exactly. Every face is measured in float, which bounds its true distance from below and above; those that may
/// be among the nearest are measured again in double, and only that decides.
/// </summary>
public static class TableScan
{
    // Less than this is scanned faster by one thread than it is shared out.
    private const long NumbersWorthSharing = 1 << 20;

    /// <summary>Nearest first; equal distances by id.</summary>
    public static IReadOnlyList<(long Id, double Distance)> Nearest(FaceTable table, NearestQuestion question, CancellationToken cancellationToken)
    {
        var ruler = Ruler.For(question.Metric, question.Query.Span);
        var workers = new List<Worker>();
        if (table.Count * table.LatentSize < NumbersWorthSharing)
        {
            var worker = new Worker(ruler, question);
            for (var i = 0; i < table.Segments; i++)
                worker.Scan(table, i);
            workers.Add(worker);
        }
        else
        {
            Parallel.For(
                0,
                table.Segments,
                new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
                () => new Worker(ruler, question),
                (segment, _, worker) => worker.Scan(table, segment),
                worker =>
                {
                    lock (workers)
                        workers.Add(worker);
                });
        }
        return Decide(table, question, ruler, workers);
    }

    private static (long Id, double Distance)[] Decide(FaceTable table, NearestQuestion question, Ruler ruler, List<Worker> workers)
    {
        var uppers = new Smallest<double>(question.Count);
        foreach (var worker in workers)
        {
            foreach (var (upper, id) in worker.Uppers.Kept)
                uppers.Add(upper, id);
        }
        var limit = uppers.IsFull ? uppers.Largest : double.PositiveInfinity;
        var nearest = new Smallest<double>(question.Count);
        foreach (var (lower, segment, row) in workers.SelectMany(worker => worker.Candidates))
        {
            if (lower > limit)
                continue;
            var distance = ruler.Exactly(table[segment].Segment.Latent(row));
            if (distance <= question.MaxDistance)
                nearest.Add(distance, table[segment].Segment.Ids[row]);
        }
        var found = new (long, double)[nearest.Count];
        for (var i = 0; i < found.Length; i++)
            found[i] = (nearest.Kept[i].Id, nearest.Kept[i].Key);
        return found;
    }

    private sealed class Worker(Ruler ruler, NearestQuestion question)
    {
        private const int Prune = 8192;

        public Smallest<double> Uppers { get; } = new(question.Count);

        public List<(double Lower, int Segment, int Row)> Candidates { get; } = [];

        public Worker Scan(FaceTable table, int segment)
        {
            var rows = table[segment];
            var all = question.Filter.IsEmpty && rows.Dead is null;
            for (var row = 0; row < rows.Count; row++)
            {
                if ((!all && !rows.Passes(question.Filter, row)) || rows.Segment.Ids[row] == question.Except)
                    continue;
                if (!ruler.Measure(rows.Segment.Latent(row), rows.Segment.Norms[row], out var lower, out var upper) || lower > Limit)
                    continue;
                Uppers.Add(upper, rows.Segment.Ids[row]);
                Candidates.Add((lower, segment, row));
            }
            if (Candidates.Count > Prune)
                Candidates.RemoveAll(candidate => candidate.Lower > Limit);
            return this;
        }

        private double Limit => Math.Min(question.MaxDistance, Uppers.IsFull ? Uppers.Largest : double.PositiveInfinity);
    }
}
