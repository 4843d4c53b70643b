namespace FaceMix.ServiceDefaults;

/// <summary>A service cannot start. The message is one sentence for whoever started it.</summary>
public sealed class StartException(string message) : Exception(message);
