using FaceMix.Datasets;

namespace FaceMix.Trainer.Training;

/// <summary>How far a run has come; with the tensors, all that a checkpoint holds.</summary>
public sealed record RunState
{
    /// <summary>Steps done, those skipped included.</summary>
    public long Step { get; init; }

    /// <summary>Pictures seen.</summary>
    public long Pictures { get; init; }

    /// <summary>Steps left out because their loss or gradients were not finite.</summary>
    public long Skipped { get; init; }

    /// <summary>Training time of this run and of those it was resumed from.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Measurements on held-out faces in a row that were no better than the best before them.</summary>
    public int WithoutGain { get; init; }

    /// <summary>The batch that comes next.</summary>
    public BatchPosition Next { get; init; }
}
