using System.Threading.Channels;
using FaceMix.LatentStore.Spaces;
using Npgsql;

namespace FaceMix.LatentStore.Directions;

/// <summary>Computes the directions of latent spaces anew that lost faces, a little later and once for many deletions.</summary>
public sealed class DirectionRefresh(DirectionStore directions, SpaceCatalog spaces, TimeProvider time, ILogger<DirectionRefresh> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<int> _spaces = Channel.CreateBounded<int>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The directions of these spaces are computed soon; until then there are none, and whoever asks for them computes them.</summary>
    public void Request(IEnumerable<int> keys)
    {
        foreach (var key in keys)
            _spaces.Writer.TryWrite(key);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _spaces.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(Pause, time, stoppingToken);
            var keys = new HashSet<int>();
            while (_spaces.Reader.TryRead(out var key))
                keys.Add(key);
            foreach (var key in keys)
            {
                try
                {
                    if (await spaces.FindAsync(key, stoppingToken) is { } space)
                        await directions.GetAsync(space, stoppingToken);
                }
                catch (Exception problem) when (problem is NpgsqlException or TimeoutException)
                {
                    // Nothing is lost: the next request for them computes them.
                    Log.DirectionsNotComputed(logger, key, problem.Message);
                }
            }
        }
    }
}
