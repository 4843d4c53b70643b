using FaceMix.Latents;

namespace FaceMix.Datasets;

/// <summary>Where a loader is: what a checkpoint stores and a resumed run starts from.</summary>
public readonly record struct BatchPosition(int Epoch, int Batch);

/// <summary>
/// A batch, ready for the step. Its arrays are lent by the loader: dispose it once they have been copied, and never keep them.
/// </summary>
public sealed class FaceBatch : IDisposable
{
    private readonly BatchLoader _loader;
    private int _returned;

    internal FaceBatch(BatchLoader loader, BatchPosition position, bool lastOfEpoch, int wholeCount, byte[] pixels, AttributeMask[] attributes, string[] keys, IDisposable? staged)
    {
        _loader = loader;
        Position = position;
        IsLastOfEpoch = lastOfEpoch;
        WholeCount = wholeCount;
        Pixels = pixels;
        Attributes = attributes;
        Keys = keys;
        Staged = staged;
    }

    /// <summary>This batch's own place in the run.</summary>
    public BatchPosition Position { get; }

    /// <summary>The place of the batch after it: store this one to resume behind it.</summary>
    public BatchPosition NextPosition => IsLastOfEpoch ? new(Position.Epoch + 1, 0) : Position with { Batch = Position.Batch + 1 };

    /// <summary>True for the last batch of its epoch.</summary>
    public bool IsLastOfEpoch { get; }

    /// <summary>Number of faces in the shares of all processes.</summary>
    public int WholeCount { get; }

    /// <summary>Number of faces in this process's share.</summary>
    public int Count => Keys.Length;

    /// <summary>uint8 [Count, Size, Size, 3], RGB: exactly that many bytes.</summary>
    public byte[] Pixels { get; }

    /// <summary>One mask a face; see <see cref="IFaceSource.AttributeNames"/>.</summary>
    public AttributeMask[] Attributes { get; }

    /// <summary>One source key a face.</summary>
    public string[] Keys { get; }

    /// <summary>What <see cref="BatchLoaderOptions.Stage"/> has made of the pixels; null where there is none.</summary>
    public IDisposable? Staged { get; }

    /// <summary>Hands the arrays back to the loader.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _returned, 1) != 0)
            return;
        Staged?.Dispose();
        _loader.TakeBack(Pixels);
    }
}
