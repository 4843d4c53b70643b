namespace FaceMix.Datasets;

/// <summary>The data a run was pointed at cannot be used; the message is a sentence for the one who started it.</summary>
public sealed class DataException : Exception
{
    public DataException()
    {
    }

    public DataException(string message)
        : base(message)
    {
    }

    public DataException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
