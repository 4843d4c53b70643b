using FaceMix.Latents;
using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Spaces;
using Npgsql;
using Vector = Pgvector.Vector;

namespace FaceMix.LatentStore.Search;

/// <summary>Leaves the work to the database, for latent spaces that do not fit into memory.</summary>
public sealed class SqlIndex(NpgsqlDataSource database, LatentSpace space) : IFaceIndex
{
    // A scan of everything that no caller waits for.
    private const int ScanTimeoutSeconds = 600;

    public async Task<FeatureMatch> MatchAsync(FeatureQuestion question, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One snapshot: the revision is that of the faces.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var revision = await RevisionAsync(connection, cancellationToken);
        var (ids, candidates) = await TakeAsync(connection, question, question.Filter, cancellationToken);
        if (candidates == 0)
        {
            (ids, candidates) = question.InOrder is { } wishes
                ? await TakeAsync(connection, question, await InOrderAsync(connection, question.Filter, wishes, cancellationToken), cancellationToken)
                : await TakeNearestAsync(connection, question, cancellationToken);
        }
        return new FeatureMatch(ids, candidates, revision);
    }

    public async Task<AttributeCounts> CountAsync(FaceFilter filter, int attributes, CancellationToken cancellationToken)
    {
        var (total, has, known) = (0L, new long[attributes], new long[attributes]);
        await using var command = database.CreateCommand();
        var condition = FilterSql.Condition(filter, command.Parameters);
        // Grouped by masks: the rows that come are fewer.
        command.CommandText = $"SELECT has, known, count(*) FROM {space.Partition} WHERE {condition} GROUP BY has, known";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var count = reader.GetInt64(2);
            total += count;
            Add(has, AttributeMask.FromInt64(reader.GetInt64(0)), count);
            Add(known, AttributeMask.FromInt64(reader.GetInt64(1)), count);
        }
        return new AttributeCounts(total, has, known);

        static void Add(long[] counts, AttributeMask mask, long count)
        {
            foreach (var place in mask.Places)
                counts[place] += count;
        }
    }

    public async Task<NearestFaces> NearestAsync(NearestQuestion question, CancellationToken cancellationToken)
    {
        var found = new List<(long, double)>(question.Count);
        await using var command = database.CreateCommand();
        var condition = FilterSql.Condition(question.Filter, command.Parameters);
        command.Parameters.Add(new() { Value = new Vector(question.Query) });
        var distance = $"(vector {(question.Metric == Metric.Cosine ? "<=>" : "<->")} ${command.Parameters.Count})";
        if (question.Metric == Metric.Cosine)
            condition += " AND vector_norm(vector) > 0";
        if (question.Except != 0)
        {
            command.Parameters.Add(new() { Value = question.Except });
            condition += $" AND id <> ${command.Parameters.Count}";
        }
        if (double.IsFinite(question.MaxDistance))
        {
            command.Parameters.Add(new() { Value = question.MaxDistance });
            condition += $" AND {distance} <= ${command.Parameters.Count}";
        }
        command.CommandText = $"SELECT id, {distance} AS distance FROM {space.Partition} WHERE {condition} ORDER BY distance, id LIMIT {question.Count}";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add((reader.GetInt64(0), reader.GetDouble(1)));
        // One statement, one snapshot, which is not older than the space that was asked about.
        return new NearestFaces(found, long.MaxValue);
    }

    public async Task<AttributeMeans> MeansAsync(int attributes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var revision = await RevisionAsync(connection, cancellationToken);
        var columns = Enumerable.Range(0, attributes).SelectMany(i => new[]
        {
            $"count(*) FILTER (WHERE has >> {i} & 1 = 1)", $"avg(vector) FILTER (WHERE has >> {i} & 1 = 1)",
            $"count(*) FILTER (WHERE (known & ~has) >> {i} & 1 = 1)", $"avg(vector) FILTER (WHERE (known & ~has) >> {i} & 1 = 1)",
        });
#pragma warning disable CA2100 // Made of numbers.
        await using var command = new NpgsqlCommand(
            $"SELECT {string.Join(", ", (string[])["count(*)", "avg(vector)", .. columns])} FROM {space.Partition}", connection)
        {
            CommandTimeout = ScanTimeoutSeconds,
        };
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var means = Enumerable.Range(0, 1 + (2 * attributes)).Select(i => new MeanLatent(
            reader.IsDBNull((2 * i) + 1) ? [] : [.. reader.GetFieldValue<Vector>((2 * i) + 1).Memory.ToArray().Select(value => (double)value)],
            reader.GetInt64(2 * i))).ToArray();
        return new AttributeMeans(
            means[0],
            [.. Enumerable.Range(0, attributes).Select(i => means[1 + (2 * i)])],
            [.. Enumerable.Range(0, attributes).Select(i => means[2 + (2 * i)])],
            revision,
            space.Epoch);
    }

    public async Task<FaceTable> SampleAsync(int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var change = new FaceTableChange(space.LatentSize, before: null);
        await RowStream.ReadAsync(
            connection, $"SELECT {RowStream.Columns} FROM {space.Partition} ORDER BY hashint8extended(id, 0), id LIMIT {count}", change, long.MaxValue, cancellationToken);
        return change.Build(space.Revision, space.Epoch);
    }

    private async Task<long> RevisionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT revision FROM latent_spaces WHERE id = $1", connection) { Parameters = { new() { Value = space.Key } } };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private Task<(IReadOnlyList<long> Ids, long Candidates)> TakeAsync(
        NpgsqlConnection connection, FeatureQuestion question, FaceFilter filter, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand { Connection = connection };
        var condition = FilterSql.Condition(filter, command.Parameters);
        return ChooseAsync(command, question, $"SELECT id FROM {space.Partition} WHERE {condition}", cancellationToken);
    }

    private Task<(IReadOnlyList<long> Ids, long Candidates)> TakeNearestAsync(
        NpgsqlConnection connection, FeatureQuestion question, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand { Connection = connection };
        var condition = FilterSql.Condition(question.Filter.WithoutWishes, command.Parameters);
        command.Parameters.Add(new() { Value = question.Filter.Want.ToInt64() });
        command.Parameters.Add(new() { Value = question.Filter.Avoid.ToInt64() });
        var (want, avoid) = ($"${command.Parameters.Count - 1}", $"${command.Parameters.Count}");
        return ChooseAsync(
            command,
            question,
            $"""
            SELECT id FROM (
                SELECT id, distance, min(distance) OVER () AS least FROM (
                    SELECT id,
                        (bit_count((({want} & known & ~has) | ({avoid} & has))::bit(64)) << 8) + bit_count((({want} | {avoid}) & ~known)::bit(64)) AS distance
                    FROM {space.Partition} WHERE {condition}
                ) AS measured
            ) AS ranked WHERE distance = least
            """,
            cancellationToken);
    }

    /// <summary>The seed's first faces of those that a query returns, and how many it returns.</summary>
    private static async Task<(IReadOnlyList<long> Ids, long Candidates)> ChooseAsync(
        NpgsqlCommand command, FeatureQuestion question, string candidates, CancellationToken cancellationToken)
    {
        await using (command)
        {
            command.Parameters.Add(new() { Value = unchecked((long)question.Seed) });
#pragma warning disable CA2100 // Made of the texts here; values are parameters.
            command.CommandText =
                $"""
                SELECT id, count(*) OVER () FROM ({candidates}) AS candidates
                ORDER BY hashint8extended(id, ${command.Parameters.Count}), id LIMIT {question.Count}
                """;
#pragma warning restore CA2100
            var (ids, count) = (new List<long>(question.Count), 0L);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetInt64(0));
                count = reader.GetInt64(1);
            }
            return (ids, count);
        }
    }

    /// <summary>The wishes taken one after the other; one that would leave no face is skipped.</summary>
    private async Task<FaceFilter> InOrderAsync(NpgsqlConnection connection, FaceFilter filter, IReadOnlyList<AttributeMask> wishes, CancellationToken cancellationToken)
    {
        var taken = filter.WithoutWishes;
        foreach (var wish in wishes)
        {
            var more = (filter.Want & wish).IsEmpty ? taken with { Avoid = taken.Avoid | wish } : taken with { Want = taken.Want | wish };
            await using var command = new NpgsqlCommand { Connection = connection };
            var condition = FilterSql.Condition(more, command.Parameters);
#pragma warning disable CA2100 // Made of the texts here; values are parameters.
            command.CommandText = $"SELECT EXISTS (SELECT FROM {space.Partition} WHERE {condition})";
#pragma warning restore CA2100
            if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
                taken = more;
        }
        return taken;
    }
}
