namespace FaceMix.Trainer.Training.Parallel;

/// <summary>Processes that train together cannot go on together.</summary>
public sealed class MpiException : Exception
{
    public MpiException(string message)
        : base(message)
    {
    }

    public MpiException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public MpiException()
    {
    }
}
