namespace FaceMix.Distributed;

/// <summary>A group of processes could not meet or go on; the message is a sentence for the person who started it.</summary>
public class DistributedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The environment that a launcher should have set is incomplete or contradicts itself; the message names the variable.</summary>
public sealed class ProcessEnvironmentException(string message) : DistributedException(message);

/// <summary>Another process of the group is gone; the message names it.</summary>
public sealed class PeerLostException(string message, Exception? inner = null) : DistributedException(message, inner);
