namespace FaceMix.Trainer;

/// <summary>What was asked for cannot be done as asked: the message is one sentence for the person, and the exit code is 2.</summary>
public sealed class UsageException : Exception
{
    public UsageException(string message)
        : base(message)
    {
    }

    public UsageException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
