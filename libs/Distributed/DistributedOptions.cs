namespace FaceMix.Distributed;

/// <summary>How long processes wait for each other.</summary>
public sealed record DistributedOptions
{
    /// <summary>How long to wait for the store and for every process to arrive at it.</summary>
    public TimeSpan JoinTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one collective may take; longer than the longest thing that one process does while the others wait.</summary>
    public TimeSpan CollectiveTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Every process says this often that it lives.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A process that has said nothing for this long is given up.</summary>
    public TimeSpan PeerPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After a process was given up, how long this one may take to notice before it is ended.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gloo on main memory, or NCCL on GPUs.</summary>
    public Backend Backend { get; init; } = Backend.Gloo;
}

/// <summary>What carries the tensors; the numbers are those of native/torch.</summary>
public enum Backend
{
    /// <summary>Over TCP, for tensors in main memory.</summary>
    Gloo = 1,

    /// <summary>Between GPUs.</summary>
    Nccl = 2,
}
