using System.Threading.Channels;
using FaceMix.Decoder.Models;
using Microsoft.Extensions.Options;

namespace FaceMix.Decoder.Batching;

/// <summary>The door to the device: work is admitted here or refused here, never left to pile up.</summary>
public sealed class BatchQueue(IOptions<BatchingOptions> options, DecoderMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    // It may be unbounded because the count of pictures, checked before anything enters, is what bounds it.
    private readonly Channel<BatchEntry> _entries = Channel.CreateUnbounded<BatchEntry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _gate = new();
    private int _pictures;
    private bool _closed;
    private double _secondsPerPicture = 0.01;

    /// <summary>Pictures accepted and not yet decoded.</summary>
    public int Length
    {
        get
        {
            lock (_gate)
                return _pictures;
        }
    }

    internal ChannelReader<BatchEntry> Entries => _entries.Reader;

    /// <summary>Queues latents to be decoded in a batch with other requests.</summary>
    /// <param name="model">The caller must hold a reference until the task ends.</param>
    /// <param name="latents">[<paramref name="count"/>, latent]; not to be changed until the task ends.</param>
    /// <param name="count">1 or more.</param>
    /// <param name="cancellationToken">When it fires before the work has begun, the work is dropped.</param>
    /// <returns>The pictures in the order of the latents, in one or more parts; dispose each.</returns>
    /// <exception cref="RefusedException">The queue is full, or closed because the service stops.</exception>
    public async Task<IReadOnlyList<DecodedPictures>> DecodeAsync(
        LoadedModel model, ReadOnlyMemory<float> latents, int count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Admit(count);
        var entries = new List<BatchEntry>();
        for (var first = 0; first < count; first += options.Value.MaxBatch)
        {
            var part = Math.Min(options.Value.MaxBatch, count - first);
            var slice = latents.Slice(first * model.LatentSize, part * model.LatentSize);
            entries.Add(new BatchEntry(model, slice, part, time.GetTimestamp(), cancellationToken));
        }
        foreach (var entry in entries)
        {
            if (!_entries.Writer.TryWrite(entry))
                Leave(entry, dropped: true, Closed());
        }
        try
        {
            return await Task.WhenAll(entries.Select(entry => entry.Result));
        }
        catch
        {
            foreach (var entry in entries.Where(entry => entry.Result.IsCompletedSuccessfully))
                (await entry.Result).Dispose();
            throw;
        }
    }

    /// <summary>Nothing is decoded any more: whoever still waits is told so.</summary>
    internal void Close()
    {
        lock (_gate)
            _closed = true;
        _entries.Writer.TryComplete();
        while (_entries.Reader.TryRead(out var entry))
            Leave(entry, dropped: true, Closed());
    }

    /// <summary>An entry is answered or given up: its place is free.</summary>
    /// <param name="entry">Taken from <see cref="Entries"/>.</param>
    /// <param name="dropped">It was never decoded.</param>
    /// <param name="failure">Null when <see cref="BatchEntry.Complete"/> follows.</param>
    internal void Leave(BatchEntry entry, bool dropped, Exception? failure)
    {
        lock (_gate)
            _pictures -= entry.Count;
        metrics.Left(entry.Count);
        if (dropped)
            metrics.Dropped(entry.Count);
        if (failure is not null)
            entry.Fail(failure);
    }

    /// <summary>Keeps the estimate that a refused caller is told to wait by.</summary>
    internal void Learn(int pictures, TimeSpan took)
    {
        lock (_gate)
            _secondsPerPicture += 0.1 * ((took.TotalSeconds / pictures) - _secondsPerPicture);
    }

    private void Admit(int count)
    {
        lock (_gate)
        {
            if (_closed)
                throw Closed();
            if (_pictures + count > options.Value.MaxQueued)
            {
                metrics.Refused();
                var wait = TimeSpan.FromSeconds(_secondsPerPicture * _pictures);
                throw new RefusedException(
                    Refusal.Overloaded,
                    $"{_pictures} pictures are waiting to be decoded and no more than {options.Value.MaxQueued} may; try again later.",
                    wait < ShortestRetry ? ShortestRetry : wait > LongestRetry ? LongestRetry : wait);
            }
            _pictures += count;
        }
        metrics.Queued(count);
    }

    private static RefusedException Closed() =>
        new(Refusal.Draining, "This decoder is shutting down; another one or the next start will serve the request.", TimeSpan.FromSeconds(1));
}
