using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using FaceMix.Latents;

namespace FaceMix.Datasets;

/// <summary>
/// Prepares batches ahead of the step, in an order that only seed and epoch decide, however many threads work on them.
/// One thread calls <see cref="Next"/>; disposing stops the preparation.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    private readonly IFaceSource _source;
    private readonly BatchLoaderOptions _options;
    private readonly Channel<Task<FaceBatch>> _ready;
    private readonly ConcurrentBag<byte[]> _spare = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _producer;
    private readonly AttributeNames _names;
    private readonly int _pictureBytes;
    private long _waitedTicks;
    private long _startedAt;

    /// <exception cref="ArgumentOutOfRangeException">An option is outside the range its description gives.</exception>
    public BatchLoader(IFaceSource source, BatchLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        CheckRange(options.BatchSize, 1, 4096);
        CheckRange(options.Ahead, 1, 64);
        CheckPart(options.ColourJitter);
        CheckPart(options.CropJitter);
        CheckRange(options.WorldSize, 1, 65536);
        CheckRange(options.Rank, 0, options.WorldSize - 1);
        CheckRange(options.Start.Epoch, 0, int.MaxValue - 1);
        CheckRange(options.Start.Batch, 0, int.MaxValue - 1);
        _source = source;
        _options = options;
        _pictureBytes = source.Size * source.Size * 3;
        _names = new AttributeNames(source.AttributeNames);

        var full = source.Count / options.BatchSize;
        var rest = source.Count % options.BatchSize;
        var keepsRest = full == 0 || (!options.DropLast && rest != 0);
        // A process without a face would have no gradient to give.
        var least = keepsRest ? rest : options.BatchSize;
        if (least < options.WorldSize)
            throw new ArgumentException($"A batch of {least} faces cannot be shared by {options.WorldSize} processes.", nameof(options));
        BatchesPerEpoch = keepsRest ? full + 1 : full;

        _ready = Channel.CreateBounded<Task<FaceBatch>>(new BoundedChannelOptions(options.Ahead) { SingleReader = true, SingleWriter = true });
        _producer = Task.Run(ProduceAsync);
    }

    /// <summary>Batches in one epoch; every process gets its share of each.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>Time that <see cref="Next"/> spent waiting for a batch.</summary>
    public TimeSpan Waited => TimeSpan.FromSeconds((double)_waitedTicks / Stopwatch.Frequency);

    /// <summary>The part of the time since the first <see cref="Next"/> that went into waiting, 0..1.</summary>
    public double WaitingShare => _startedAt == 0 ? 0 : Waited.TotalSeconds / Math.Max(1e-9, Stopwatch.GetElapsedTime(_startedAt).TotalSeconds);

    /// <summary>The next batch, or null after the last epoch.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    public FaceBatch? Next(CancellationToken cancellationToken)
    {
        var before = Stopwatch.GetTimestamp();
        if (_startedAt == 0)
            _startedAt = before;
        try
        {
            while (true)
            {
                if (_ready.Reader.TryRead(out var batch))
                {
                    batch.Wait(cancellationToken);
                    return batch.GetAwaiter().GetResult();
                }

                if (!_ready.Reader.WaitToReadAsync(cancellationToken).AsTask().GetAwaiter().GetResult())
                    return null;
            }
        }
        catch (AggregateException failure) when (failure.InnerException is not null)
        {
            throw failure.InnerException;
        }
        finally
        {
            _waitedTicks += Stopwatch.GetTimestamp() - before;
        }
    }

    /// <summary>Stops preparing. Batches that were handed out stay valid.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _producer.Wait();
        while (_ready.Reader.TryRead(out var batch))
            batch.ContinueWith(Leave, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Wait();
        _stop.Dispose();
    }

    internal void TakeBack(byte[] pixels) => _spare.Add(pixels);

    private async Task ProduceAsync()
    {
        var (epoch, batch) = _options.Start;
        try
        {
            // A start past the end of its epoch is the next epoch's first batch.
            if (batch >= BatchesPerEpoch)
                (epoch, batch) = (epoch + 1, 0);
            for (; _options.Epochs is null || epoch < _options.Epochs; epoch++, batch = 0)
            {
                var order = OrderOf(epoch);
                for (; batch < BatchesPerEpoch; batch++)
                {
                    if (!await _ready.Writer.WaitToWriteAsync(_stop.Token))
                        return;
                    var position = new BatchPosition(epoch, batch);
                    // There is room, and no other writer: nothing that was begun is lost sight of.
                    _ready.Writer.TryWrite(Task.Run(() => Prepare(position, order), _stop.Token));
                }
            }

            _ready.Writer.Complete();
        }
        catch (OperationCanceledException)
        {
            _ready.Writer.TryComplete();
        }
    }

    private FaceBatch Prepare(BatchPosition position, int[] order)
    {
        var first = position.Batch * _options.BatchSize;
        var whole = Math.Min(_options.BatchSize, _source.Count - first);
        var count = (whole - _options.Rank + _options.WorldSize - 1) / _options.WorldSize;
        var pixels = Lend(count * _pictureBytes);
        var attributes = new AttributeMask[count];
        var keys = new string[count];
        for (var i = 0; i < count; i++)
        {
            _stop.Token.ThrowIfCancellationRequested();
            var index = order[first + (i * _options.WorldSize) + _options.Rank];
            var picture = pixels.AsSpan(i * _pictureBytes, _pictureBytes);
            _source.Read(index, picture);
            attributes[i] = _source.Attributes(index);
            keys[i] = _source.Key(index);
            if (_options.Flip && SplitMix64.ForIndex(_options.Seed + 0x464C4950UL, (long)position.Epoch * _source.Count + index).Chance(0.5f))
            {
                Mirror(picture, _source.Size);
                attributes[i] = _names.Mirrored(attributes[i]);
            }

            if (_options.ColourJitter > 0 || _options.CropJitter > 0)
            {
                var random = SplitMix64.ForIndex(_options.Seed + 0x4A4954544552UL, (long)position.Epoch * _source.Count + index);
                if (_options.CropJitter > 0)
                    Augmentation.Crop(picture, _source.Size, _options.CropJitter, ref random);
                if (_options.ColourJitter > 0)
                    Augmentation.Colour(picture, _options.ColourJitter, ref random);
            }
        }

        return new FaceBatch(this, position, position.Batch == BatchesPerEpoch - 1, whole, pixels, attributes, keys, _options.Stage?.Invoke(pixels));
    }

    private int[] OrderOf(int epoch)
    {
        var order = new int[_source.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        if (!_options.Shuffle)
            return order;
        var random = SplitMix64.ForIndex(_options.Seed, epoch);
        for (var i = order.Length - 1; i > 0; i--)
        {
            var other = (int)(random.Next() % (ulong)(i + 1));
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    private static void Leave(Task<FaceBatch> done)
    {
        _ = done.Exception;
        if (done.IsCompletedSuccessfully)
            done.Result.Dispose();
    }

    private byte[] Lend(int bytes)
    {
        // An epoch's short last batch needs an array of its own length: callers hand Pixels on as a whole.
        while (_spare.TryTake(out var pixels))
        {
            if (pixels.Length == bytes)
                return pixels;
        }

        return new byte[bytes];
    }

    private static void Mirror(Span<byte> rgb, int size)
    {
        for (var row = 0; row < size; row++)
        {
            var line = rgb.Slice(row * size * 3, size * 3);
            for (int left = 0, right = (size - 1) * 3; left < right; left += 3, right -= 3)
            {
                for (var channel = 0; channel < 3; channel++)
                    (line[left + channel], line[right + channel]) = (line[right + channel], line[left + channel]);
            }
        }
    }

    private static void CheckPart(float value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 0.5f);
    }

    private static void CheckRange(int value, int low, int high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, low);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, high);
    }
}
