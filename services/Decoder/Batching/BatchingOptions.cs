using System.ComponentModel.DataAnnotations;

namespace FaceMix.Decoder.Batching;

/// <summary>Configuration section <c>Decoder</c>.</summary>
public sealed class BatchingOptions
{
    /// <summary>Most pictures in one run.</summary>
    [Range(1, 256)]
    public int MaxBatch { get; set; } = 32;

    /// <summary>Most pictures that are accepted and not yet decoded; above it requests are refused.</summary>
    [Range(64, 65_536)]
    public int MaxQueued { get; set; } = 512;

    /// <summary>How long a request may wait for others to share a run with; a caller who is alone does not wait.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMilliseconds(1);
}
