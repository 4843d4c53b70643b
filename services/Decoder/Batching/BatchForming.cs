namespace FaceMix.Decoder.Batching;

/// <summary>What forming a batch must know of an entry.</summary>
/// <param name="Model">Entries share a run only with entries of the same model.</param>
/// <param name="Count">How many pictures it asks for, 1 or more.</param>
/// <param name="Abandoned">Its caller has left.</param>
public readonly record struct BatchCandidate(object Model, int Count, bool Abandoned);

/// <param name="Taken">Places of the entries that make the batch, ascending.</param>
/// <param name="Dropped">Places of the entries whose caller has left, ascending.</param>
public sealed record BatchPlan(IReadOnlyList<int> Taken, IReadOnlyList<int> Dropped);

/// <summary>Chooses who runs next.</summary>
public static class BatchForming
{
    /// <summary>
    /// Takes the oldest entry and, in their order, those that follow with the same model as long as they fit. The first
    /// of them that does not fit ends the batch, so that a large request is never overtaken for ever by small ones.
    /// </summary>
    /// <param name="waiting">In the order of arrival.</param>
    /// <param name="maxBatch">Most pictures in a batch; a first entry larger than that makes a batch alone.</param>
    public static BatchPlan Form(IReadOnlyList<BatchCandidate> waiting, int maxBatch)
    {
        var taken = new List<int>();
        var dropped = new List<int>();
        var pictures = 0;
        object? model = null;
        var full = false;
        for (var i = 0; i < waiting.Count; i++)
        {
            var entry = waiting[i];
            if (entry.Abandoned)
            {
                dropped.Add(i);
                continue;
            }
            model ??= entry.Model;
            if (full || !ReferenceEquals(entry.Model, model))
                continue;
            full = taken.Count > 0 && pictures + entry.Count > maxBatch;
            if (full)
                continue;
            taken.Add(i);
            pictures += entry.Count;
        }
        return new BatchPlan(taken, dropped);
    }
}
