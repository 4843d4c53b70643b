using FaceMix.LatentStore.Spaces;
using Npgsql;

namespace FaceMix.LatentStore.Latents;

/// <summary>
/// Deletes faces. Triggers note them for the copies in memory and delete the directions that they fed, as they do for what SQL deletes.
/// </summary>
public sealed class LatentDeleter(NpgsqlDataSource database)
{
    /// <summary>Faces by their ids, of any latent space.</summary>
    /// <returns>How many were deleted, and the latent spaces that held them.</returns>
    public Task<(long Deleted, IReadOnlyList<int> Spaces)> ByIdsAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken) => DeleteAsync(
        new("SELECT DISTINCT space_id FROM latents WHERE id = ANY($1)") { Parameters = { new() { Value = ids.ToArray() } } },
        new("DELETE FROM latents WHERE id = ANY($1)") { Parameters = { new() { Value = ids.ToArray() } } },
        cancellationToken);

    /// <summary>Faces of one data set by their sources.</summary>
    public Task<(long Deleted, IReadOnlyList<int> Spaces)> BySourcesAsync(
        LatentSpace space, int dataset, IReadOnlyCollection<string> sources, CancellationToken cancellationToken) => DeleteAsync(
        Only(space),
        new($"DELETE FROM {space.Partition} WHERE space_id = {space.Key} AND dataset_id = $1 AND source = ANY($2)")
        {
            Parameters = { new() { Value = dataset }, new() { Value = sources.ToArray() } },
        },
        cancellationToken);

    /// <summary>A whole data set.</summary>
    public Task<(long Deleted, IReadOnlyList<int> Spaces)> DatasetAsync(LatentSpace space, int dataset, CancellationToken cancellationToken) => DeleteAsync(
        Only(space),
        new($"DELETE FROM {space.Partition} WHERE dataset_id = $1") { Parameters = { new() { Value = dataset } } },
        cancellationToken);

    /// <summary>All faces of a latent space.</summary>
    public Task<(long Deleted, IReadOnlyList<int> Spaces)> AllAsync(LatentSpace space, CancellationToken cancellationToken) =>
        DeleteAsync(Only(space), new($"DELETE FROM {space.Partition}"), cancellationToken);

    private static NpgsqlCommand Only(LatentSpace space) => new("SELECT $1") { Parameters = { new() { Value = space.Key } } };

    private async Task<(long Deleted, IReadOnlyList<int> Spaces)> DeleteAsync(NpgsqlCommand which, NpgsqlCommand delete, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (which)
        await using (delete)
        {
            which.Connection = delete.Connection = connection;
            var spaces = new List<int>();
            await using (var reader = await which.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                    spaces.Add(reader.GetInt32(0));
            }
            // Spaces before faces, as whoever adds faces does, and in one order: nobody deadlocks.
            await RunAsync(connection, "SELECT FROM latent_spaces WHERE id = ANY($1) ORDER BY id FOR UPDATE", spaces, cancellationToken);
            var deleted = await delete.ExecuteNonQueryAsync(cancellationToken);
            await RunAsync(
                connection,
                """
                DELETE FROM datasets d WHERE space_id = ANY($1)
                AND NOT EXISTS (SELECT FROM latents l WHERE l.space_id = d.space_id AND l.dataset_id = d.id)
                """,
                spaces,
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return (deleted, spaces);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, List<int> spaces, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of the two texts above.
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = spaces.ToArray() } } };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
