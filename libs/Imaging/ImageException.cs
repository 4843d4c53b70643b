namespace FaceMix.Imaging;

/// <summary>A picture cannot be read or written; the message names it and says what is wrong.</summary>
public sealed class ImageException : Exception
{
    public ImageException()
    {
    }

    public ImageException(string message)
        : base(message)
    {
    }

    public ImageException(string message, Exception inner)
        : base(message, inner)
    {
    }

    internal static ImageException About(string name, string problem) => new($"{name}: {problem}.");
}
