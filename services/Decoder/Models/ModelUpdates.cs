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
                await WatchAsync(new ModelWatcher(catalog, interval, time), stoppingToken).ConfigureAwait(false);
            }
            // Shared storage comes and goes; a decoder that serves must outlive it.
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.WatchFailed(logger, e, interval.TotalSeconds);
                await Task.Delay(interval, time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task WatchAsync(ModelWatcher watcher, CancellationToken stoppingToken)
    {
        var name = options.Value.Model.Length > 0 ? options.Value.Model : null;
        await foreach (var versions in watcher.WatchAsync(name, stoppingToken).ConfigureAwait(false))
        {
            await ServeNewestAsync(versions, stoppingToken).ConfigureAwait(false);
            if (models.Newest is not null)
                readiness.SetReady(Part);
            else
                Log.NoModel(logger, catalog.Models);
        }
    }

    // From the newest down to the one that is served: a version that cannot be loaded costs a line in the log, no more.
    private async Task ServeNewestAsync(IReadOnlyList<ModelVersionId> versions, CancellationToken stoppingToken)
    {
        foreach (var id in versions.Reverse().TakeWhile(id => models.Newest is not { } served || id > served))
        {
            try
            {
                await models.ServeAsync(id, stoppingToken).ConfigureAwait(false);
                Log.ModelServed(logger, id);
                return;
            }
            // The loader has logged a damaged one.
            catch (RefusedException e) when (e.Refusal == Refusal.DamagedModel)
            {
            }
            // It was removed a moment ago, or other versions are being loaded: the next look tries again.
            catch (RefusedException e)
            {
                Log.ModelSkipped(logger, id, e.Message);
            }
        }
    }
}
