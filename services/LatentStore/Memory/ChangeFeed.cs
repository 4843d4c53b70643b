using FaceMix.LatentStore.Spaces;
using Npgsql;

namespace FaceMix.LatentStore.Memory;

/// <summary>
/// Brings the copies in memory up to date as soon as the database says that latents changed, so that requests find them so. It also reads
/// the space that answers by default before the first request.
/// </summary>
public sealed class ChangeFeed(
    NpgsqlDataSource database, DatabaseWatch watch, SpaceCatalog spaces, FaceCopies copies, ILogger<ChangeFeed> logger) : BackgroundService
{
    // Where a notification is lost, such as with its connection.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    // Many small changes are followed together.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await watch.SchemaAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (Exception problem) when (problem is NpgsqlException or TimeoutException)
            {
                Log.FeedInterrupted(logger, problem.Message);
                await Task.Delay(LongestWait, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The service stops.
            }
        }
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        try
        {
            await RunAsync(connection, "LISTEN facemix_latents", stoppingToken);
            await FollowAsync(connection, stoppingToken);
        }
        finally
        {
            // The connection goes back to the pool, unless it broke.
            if (connection.State == System.Data.ConnectionState.Open)
                await RunAsync(connection, "UNLISTEN *", CancellationToken.None);
        }
    }

    private async Task FollowAsync(NpgsqlConnection connection, CancellationToken stoppingToken)
    {
        if (await spaces.NewestAsync(stoppingToken) is { } newest)
            await copies.GetAsync(newest, stoppingToken);
        while (true)
        {
            foreach (var key in copies.Loaded)
            {
                if (await spaces.FindAsync(key, stoppingToken) is { } space)
                    await copies.FollowAsync(space, stoppingToken);
            }
            if (await connection.WaitAsync(LongestWait, stoppingToken))
                await Task.Delay(Pause, stoppingToken);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of the two texts above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
