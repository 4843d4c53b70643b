using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Torch;

/// <summary>
/// Runs the operators that bear it in a shorter type, on this thread, until disposed. FaceMix's own: TorchSharp has
/// none, so a caller compiles this in only where COMPAT_PACKAGES is set.
/// </summary>
public sealed class Autocast : IDisposable
{
    private readonly DeviceType kind;
    private readonly bool before;
    private readonly ScalarType dtype;

    /// <param name="device">The kind of device whose operators are meant.</param>
    /// <param name="dtype">The shorter type: bfloat16, or float16 on CUDA.</param>
    public Autocast(Device device, ScalarType dtype = ScalarType.BFloat16)
    {
        kind = device.type;
        this.dtype = dtype;
        before = Library.fm_autocast((int)kind) != 0;
        Library.Check(Library.fm_set_autocast((int)kind, 1, (int)dtype), "autocast");
    }

    /// <summary>The cache of weights in the shorter type goes with the outermost region: the weights change after it.</summary>
    public void Dispose()
    {
        Library.Check(Library.fm_set_autocast((int)kind, before ? 1 : 0, (int)dtype), "autocast");
        if (!before) Library.fm_clear_autocast_cache();
    }
}
