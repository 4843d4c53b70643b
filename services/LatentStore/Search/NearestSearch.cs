using FaceMix.LatentStore.Features;
using FaceMix.LatentStore.Latents;
using Npgsql;
using Pgvector;

namespace FaceMix.LatentStore.Search;

/// <summary>The latents nearest to a given one, exactly: the database measures the distance to every one of them.</summary>
public sealed class NearestSearch(NpgsqlDataSource database)
{
    /// <summary>Where a page ended: the next one begins after this distance and, at the same distance, this id.</summary>
    public readonly record struct Position(double Distance, long Id);

    /// <summary>Nearest first, equal distances by id.</summary>
    /// <param name="model">The model version to search.</param>
    /// <param name="query">As many numbers as its latents have.</param>
    /// <param name="metric">How to measure.</param>
    /// <param name="only">Only latents that meet every one of these wishes.</param>
    /// <param name="after">Where the last page ended; null begins with the nearest.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancellationToken">Ends the query on the server, too.</param>
    public async Task<IReadOnlyList<(StoredLatent Latent, double Distance)>> FindAsync(
        StoredModel model,
        ReadOnlyMemory<float> query,
        Metric metric,
        Wish only,
        Position? after,
        int count,
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql(model, metric, only, paged: after is not null));
        command.Parameters.Add(new() { Value = new Vector(query) });
        command.Parameters.Add(new() { Value = only.Want.ToInt64() });
        command.Parameters.Add(new() { Value = only.Avoid.ToInt64() });
        command.Parameters.Add(new() { Value = count });
        if (after is var (distance, id))
        {
            command.Parameters.Add(new() { Value = distance });
            command.Parameters.Add(new() { Value = id });
        }

        var found = new List<(StoredLatent, double)>(count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add((LatentReader.From(reader, model.Id, model.Attributes), reader.GetDouble(5)));
        return found;
    }

    /// <summary>
    /// Conditions that hold for every row are left out: the planner would take them for rare, and then not
    /// share the scan among several workers.
    /// </summary>
    private static string Sql(StoredModel model, Metric metric, Wish only, bool paged)
    {
        var distance = metric == Metric.Cosine ? "(vector <=> $1)" : "(vector <-> $1)";
        return $"""
            SELECT id, source, vector, attributes, provenance, {distance} AS distance
            FROM {model.Partition}
            WHERE true
            {(!only.Want.IsEmpty ? "AND (attributes & $2) = $2" : "")}
            {(!only.Avoid.IsEmpty ? "AND (attributes & $3) = 0" : "")}
            {(metric == Metric.Cosine ? "AND vector_norm(vector) > 0" : "")}
            {(paged ? $"AND ({distance}, id) > ($5, $6)" : "")}
            ORDER BY distance, id
            LIMIT $4
            """;
    }
}
