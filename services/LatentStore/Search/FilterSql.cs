using Npgsql;

namespace FaceMix.LatentStore.Search;

/// <summary>A filter as a condition on rows of <c>latents</c>.</summary>
public static class FilterSql
{
    /// <summary>
    /// The condition, with its parameters added to a command. What holds for every row is left out: the planner would take it for rare,
    /// and then not share a scan among several workers.
    /// </summary>
    public static string Condition(FaceFilter filter, NpgsqlParameterCollection parameters)
    {
        var conditions = new List<string>();
        if (!filter.Want.IsEmpty)
            conditions.Add($"(has & {Next(filter.Want.ToInt64())}) = ${parameters.Count}");
        if (!filter.Avoid.IsEmpty)
            conditions.Add($"(known & ~has & {Next(filter.Avoid.ToInt64())}) = ${parameters.Count}");
        if (filter.Dataset != 0)
            conditions.Add($"dataset_id = {Next(filter.Dataset)}");
        if (filter.Provenance != 0)
            conditions.Add($"provenance = {Next(filter.Provenance)}");
        return conditions.Count == 0 ? "true" : string.Join(" AND ", conditions);

        string Next(object value)
        {
            parameters.Add(new() { Value = value });
            return $"${parameters.Count}";
        }
    }
}
