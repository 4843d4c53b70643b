namespace FaceMix.ServiceDefaults;

/// <summary>A service cannot start. The message is one sentence for whoever started it.</summary>
public sealed class StartException : Exception
{
    public StartException(string message)
        : base(message)
    {
    }

    public StartException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
