namespace Grpc.Core;

/// <summary>How a channel stands to its servers.</summary>
public enum ConnectivityState
{
    /// <summary>No connection, and none is wanted.</summary>
    Idle,
    Connecting,
    Ready,

    /// <summary>No server can be reached at present; it is tried again after a pause.</summary>
    TransientFailure,

    /// <summary>Disposed.</summary>
    Shutdown,
}
