using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace FaceMix.Decoder.Batching;

/// <summary>
/// Empties the queue: one loop forms batches, one runs them, and a channel of one between them has the next batch
/// ready when the device becomes free.
/// </summary>
public sealed class BatchWorker(
    BatchQueue queue, IOptions<BatchingOptions> options, DecoderMetrics metrics, TimeProvider time, ILogger<BatchWorker> logger) : BackgroundService
{
    private readonly Channel<IReadOnlyList<BatchEntry>> _ahead = Channel.CreateBounded<IReadOnlyList<BatchEntry>>(
        new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A thread of its own: a run blocks, and the pool's few threads are for the callers.
        var running = Task.Factory.StartNew(RunAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var pending = new List<BatchEntry>();
        try
        {
            await FormAllAsync(pending, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host ends; whoever still waits is told below.
        }
        finally
        {
            _ahead.Writer.Complete();
            await running;
            queue.Close();
            foreach (var entry in pending)
                queue.Leave(entry, dropped: true, new RefusedException(Refusal.Draining, "This decoder is shutting down."));
        }
    }

    private async Task FormAllAsync(List<BatchEntry> pending, CancellationToken stoppingToken)
    {
        var shared = false;
        // Room first, batch second: the later a batch is formed, the more requests share it.
        while (await _ahead.Writer.WaitToWriteAsync(stoppingToken))
        {
            if (pending.Count == 0)
                await queue.Entries.WaitToReadAsync(stoppingToken);
            TakeArrived(pending);
            // Nobody else is here and nobody shared the last run: a lone caller gains nothing by waiting.
            if (shared || queue.Length > pending.Sum(entry => entry.Count))
                await WaitForCompanyAsync(pending, stoppingToken);

            var plan = BatchForming.Form(pending.ConvertAll(entry => entry.Candidate), options.Value.MaxBatch);
            var batch = plan.Taken.Select(place => pending[place]).ToList();
            foreach (var place in plan.Dropped)
                Drop(pending[place]);
            var gone = plan.Taken.Concat(plan.Dropped).ToHashSet();
            var kept = pending.Where((_, place) => !gone.Contains(place)).ToList();
            pending.Clear();
            pending.AddRange(kept);
            shared = batch.Count > 1;
            if (batch.Count > 0)
                _ahead.Writer.TryWrite(batch);
        }
    }

    private void TakeArrived(List<BatchEntry> pending)
    {
        while (queue.Entries.TryRead(out var entry))
            pending.Add(entry);
    }

    private async Task WaitForCompanyAsync(List<BatchEntry> pending, CancellationToken stoppingToken)
    {
        if (pending.Count == 0)
            return;
        while (pending.Sum(entry => entry.Count) < options.Value.MaxBatch)
        {
            var left = options.Value.MaxDelay - time.GetElapsedTime(pending[0].Arrived);
            if (left <= TimeSpan.Zero)
                return;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var arrival = queue.Entries.WaitToReadAsync(either.Token).AsTask();
            var delay = Task.Delay(left, time, either.Token);
            await Task.WhenAny(arrival, delay);
            await either.CancelAsync();
            await Task.WhenAll(arrival, delay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stoppingToken.ThrowIfCancellationRequested();
            TakeArrived(pending);
        }
    }

    private void RunAll()
    {
        while (_ahead.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_ahead.Reader.TryRead(out var batch))
                Run(batch);
        }
    }

    private void Run(IReadOnlyList<BatchEntry> batch)
    {
        // Callers may have left while the batch waited for the device.
        var entries = batch.Where(entry => !entry.IsAbandoned).ToList();
        foreach (var entry in batch.Except(entries))
            Drop(entry);
        if (entries.Count == 0)
            return;
        var model = entries[0].Model;
        var count = entries.Sum(entry => entry.Count);
        var latents = ArrayPool<float>.Shared.Rent(count * model.LatentSize);
        var pixels = new DecodedPictures.Buffer(count * model.PictureBytes);
        try
        {
            var filled = 0;
            foreach (var entry in entries)
            {
                entry.Latents.Span.CopyTo(latents.AsSpan(filled));
                filled += entry.Latents.Length;
            }
            var started = time.GetTimestamp();
            model.Decoder.Decode(latents, count, pixels.Array);
            var took = time.GetElapsedTime(started);
            metrics.Decoded(count, took);
            queue.Learn(count, took);
            Answer(entries, pixels, model.PictureBytes);
        }
        // One bad batch must not end the worker: its callers get the error, the next batch is run.
        catch (Exception e)
        {
            // The calls log it, each with its trace; a batch whose callers have all left has nobody else to log it.
            if (entries.TrueForAll(entry => entry.IsAbandoned))
                Log.BatchFailed(logger, e, count, model.Id);
            foreach (var entry in entries)
                queue.Leave(entry, dropped: false, new InvalidOperationException($"A batch of {count} pictures with {model.Id} failed.", e));
        }
        finally
        {
            pixels.Release();
            ArrayPool<float>.Shared.Return(latents);
        }
    }

    private void Answer(List<BatchEntry> entries, DecodedPictures.Buffer pixels, int pictureBytes)
    {
        var first = 0;
        foreach (var entry in entries)
        {
            // Its place first: who has an answer may ask again at once.
            queue.Leave(entry, dropped: false, failure: null);
            entry.Complete(pixels.Part(first, entry.Count, pictureBytes));
            first += entry.Count;
        }
    }

    private void Drop(BatchEntry entry) =>
        queue.Leave(entry, dropped: true, new OperationCanceledException("The caller has left."));
}
