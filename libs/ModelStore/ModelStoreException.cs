namespace FaceMix.ModelStore;

/// <summary>
/// A model version, its manifest or one of its tensors is not what it must be.
/// The message is a sentence naming the file and the field or tensor at fault.
/// </summary>
public sealed class ModelStoreException : Exception
{
    public ModelStoreException(string message)
        : base(message)
    {
    }

    public ModelStoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
