namespace FaceMix.Datasets;

/// <summary>How a loader forms batches.</summary>
public sealed record BatchLoaderOptions
{
    /// <summary>Faces in a batch, all processes' shares together, 1..4096.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Decides the order of every epoch, and every flip.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>A new order each epoch; otherwise the source's own.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Leaves out an epoch's last batch when it is not full. An epoch never becomes empty by it.</summary>
    public bool DropLast { get; init; } = true;

    /// <summary>Mirrors every second face, and swaps what is said of left and right. For photographs.</summary>
    public bool Flip { get; init; }

    /// <summary>Changes each face's brightness, contrast and saturation by up to this part, another way in every epoch; 0 to 0.5. For photographs.</summary>
    public float ColourJitter { get; init; }

    /// <summary>Cuts each face smaller by up to this part of its side, another way in every epoch; 0 to 0.5. For photographs.</summary>
    public float CropJitter { get; init; }

    /// <summary>Batches prepared ahead of the step, each by a thread of its own, 1..64.</summary>
    public int Ahead { get; init; } = 3;

    /// <summary>
    /// Called with a batch's pixels by the thread that has prepared them, so that copying them for the device is done ahead of the step,
    /// too; what comes of it is <see cref="FaceBatch.Staged"/> and is disposed with the batch. Null: nothing.
    /// </summary>
    public Func<byte[], IDisposable>? Stage { get; init; }

    /// <summary>Stop after this many epochs in all, counted from the very start of the run; null never stops.</summary>
    public int? Epochs { get; init; }

    /// <summary>Start here: a resumed run gets the batches it would have got.</summary>
    public BatchPosition Start { get; init; }

    /// <summary>
    /// Of each batch, shared by <see cref="WorldSize"/> processes, this one takes every WorldSize-th face from its rank on. So the batches
    /// are the same for any number of processes, and a run goes on with another number where it was.
    /// </summary>
    public int Rank { get; init; }

    /// <summary>Number of processes that share the data.</summary>
    public int WorldSize { get; init; } = 1;
}
