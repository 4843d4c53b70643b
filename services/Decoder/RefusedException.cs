namespace FaceMix.Decoder;

/// <summary>Why a request that is well-formed is not served.</summary>
public enum Refusal
{
    /// <summary>No version has been published yet, or the first is still being loaded.</summary>
    NoModel,

    /// <summary>The version asked for does not exist.</summary>
    UnknownModel,

    /// <summary>The version asked for exists but cannot be loaded.</summary>
    DamagedModel,

    /// <summary>As much work waits as may wait.</summary>
    Overloaded,

    /// <summary>This process is ending; another one may serve the request.</summary>
    Draining,
}

/// <summary>A request is not served; the message is a sentence for the caller and names no path.</summary>
public sealed class RefusedException(Refusal refusal, string message, TimeSpan? retryAfter = null, Exception? cause = null) : Exception(message, cause)
{
    public Refusal Refusal { get; } = refusal;

    /// <summary>When it makes sense to ask again; null when it does not.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
