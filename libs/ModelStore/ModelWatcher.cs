using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FaceMix.ModelStore;

/// <summary>
/// Notices published versions. A local disk tells at once (inotify); shared storage such as NFS never tells of what
/// another machine did, so the folder is also looked at every <paramref name="interval"/>.
/// </summary>
/// <param name="catalog">What to watch; its folder need not exist yet.</param>
/// <param name="interval">Longest time between two looks, above 0.</param>
/// <param name="time">Measures the interval.</param>
public sealed class ModelWatcher(ModelCatalog catalog, TimeSpan interval, TimeProvider time)
{
    /// <summary>
    /// The whole versions, newest last: once at the beginning, even if there are none, and then each time the list or a
    /// file of a listed version has changed. Ends only by cancellation.
    /// </summary>
    /// <param name="name">Only this model's versions; null for all models.</param>
    /// <param name="cancellationToken">Ends the watch with <see cref="OperationCanceledException"/>.</param>
    public async IAsyncEnumerable<IReadOnlyList<ModelVersionId>> WatchAsync(
        string? name = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // One pending signal is enough: a look that follows it sees everything that happened before.
        var signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        FileSystemWatcher? notifier = null;
        string? seen = null;
        try
        {
            while (true)
            {
                notifier ??= TryNotify(() => signals.Writer.TryWrite(true));
                var versions = catalog.List(name);
                var now = string.Join('\n', versions.Select(id => $"{id} {catalog.Fingerprint(id)}"));
                if (now != seen)
                {
                    seen = now;
                    yield return versions;
                }
                await NextLookAsync(signals.Reader, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            notifier?.Dispose();
        }
    }

    private async Task NextLookAsync(ChannelReader<bool> signals, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signal = signals.WaitToReadAsync(either.Token).AsTask();
        var delay = Task.Delay(interval, time, either.Token);
        await Task.WhenAny(signal, delay).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        signals.TryRead(out _);
        await either.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(signal, delay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.None);
    }

    // No notifications (the folder does not exist yet, or the machine's inotify watches are used up) means slower, not broken.
    private FileSystemWatcher? TryNotify(Action signal)
    {
        FileSystemWatcher? notifier = null;
        try
        {
            notifier = new FileSystemWatcher(catalog.Models) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.DirectoryName };
            notifier.Created += (_, _) => signal();
            notifier.Renamed += (_, _) => signal();
            notifier.Deleted += (_, _) => signal();
            notifier.EnableRaisingEvents = true;
            return notifier;
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            notifier?.Dispose();
            return null;
        }
    }
}
