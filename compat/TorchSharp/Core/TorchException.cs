using System.Runtime.InteropServices;

namespace FaceMix.Torch;

/// <summary>
/// What libtorch refused, in its own words, with the operator and the shapes it was given. TorchSharp throws the base
/// class, so code that is to work with either catches <see cref="ExternalException"/>.
/// </summary>
public sealed class TorchException : ExternalException
{
    internal TorchException(string operation, string arguments, string message)
        : base($"{operation}({arguments}): {message}")
    {
        Operation = operation;
        NativeMessage = message;
    }

    /// <summary>The operator that failed, as in "aten::conv2d".</summary>
    public string Operation { get; }

    /// <summary>What libtorch said.</summary>
    public string NativeMessage { get; }
}
