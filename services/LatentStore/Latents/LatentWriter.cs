using FaceMix.LatentStore.Spaces;
using Npgsql;

namespace FaceMix.LatentStore.Latents;

/// <summary>Stores faces: each load is one COPY into a staging table, one merge, one transaction.</summary>
public sealed class LatentWriter(NpgsqlDataSource database)
{
    /// <summary>
    /// Begins a load. Dispose it; unless it was completed, nothing of it is stored.
    /// </summary>
    /// <param name="space">Where the faces go.</param>
    /// <param name="dataset">The data set; made with its first face.</param>
    /// <param name="cancellationToken">Ends the beginning, not the load.</param>
    public async Task<LatentLoad> BeginAsync(LatentSpace space, string dataset, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            return await LatentLoad.BeginAsync(connection, space, dataset, cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
