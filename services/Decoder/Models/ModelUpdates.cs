using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace FaceMix.Decoder.Models;

/// <summary>Serves the newest good version, from the start and each time a newer one is published.</summary>
public sealed class ModelUpdates(
    ModelCatalog catalog, LoadedModels models, Readiness readiness, IOptions<ModelOptions> options, TimeProvider time, ILogger<ModelUpdates> logger)
    : BackgroundService
{
    private const string Part = "model";

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Require(Part, "none is published yet, or it is still being loaded; publish a model: ./facemix up");
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.LookInterval;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(new ModelWatcher(catalog, interval, time), stoppingToken);
            }
            // Shared storage comes and goes; a decoder that serves must outlive it.
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.WatchFailed(logger, e, interval.TotalSeconds);
                await Task.Delay(interval, time, stoppingToken);
            }
        }
    }

    private async Task WatchAsync(ModelWatcher watcher, CancellationToken stoppingToken)
    {
        var name = options.Value.Model.Length > 0 ? options.Value.Model : null;
        await foreach (var versions in watcher.WatchAsync(name, stoppingToken))
        {
            var unread = await ServeNewestAsync(versions, stoppingToken);
            if (models.Newest is not null)
                readiness.SetReady(Part);
            else
                Log.NoModel(logger, catalog.Models);
            // It may be whole, and the storage away for a moment: the watch begins again.
            if (unread is not null)
                throw new IOException(unread.Message, unread);
        }
    }

    // From the newest down to the one that is served: a version that cannot be loaded costs a line in the log, no more.
    // Answers with what kept a file from being read, if anything did; damage is no such thing, it stays.
    private async Task<Exception?> ServeNewestAsync(IReadOnlyList<ModelVersionId> versions, CancellationToken stoppingToken)
    {
        Exception? unread = null;
        // A served version whose folder was removed was taken back: the newest that is left takes its place.
        var served = models.Newest is { } newest && versions.Contains(newest) ? newest : (ModelVersionId?)null;
        foreach (var id in versions.Reverse().TakeWhile(id => served is null || id > served))
        {
            try
            {
                await models.ServeAsync(id, stoppingToken);
                Log.ModelServed(logger, id);
                break;
            }
            // The loader has logged it.
            catch (RefusedException e) when (e.Refusal == Refusal.DamagedModel)
            {
                if (e.InnerException?.InnerException is IOException or UnauthorizedAccessException)
                    unread = e.InnerException;
            }
            // It was removed a moment ago.
            catch (RefusedException e)
            {
                Log.ModelSkipped(logger, id, e.Message);
            }
        }
        return unread;
    }
}
