using static TorchSharp.torch;

namespace FaceMix.Torch;

/// <summary>
/// Work on a GPU that is recorded once and then run again with one launch, for steps whose shapes never change: what a
/// small network's step costs is mostly the launching of its kernels. FaceMix's own: TorchSharp has none, so a caller
/// compiles this in only where COMPAT_PACKAGES is set.
/// </summary>
public sealed class CudaGraph : IDisposable
{
    private nint handle;

    /// <param name="device">The GPU that the work is done on.</param>
    /// <exception cref="TorchException">There is no such GPU, or this build cannot record.</exception>
    public unsafe CudaGraph(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        nint created;
        Library.Check(Library.fm_graph_create(Math.Max(0, device.index), &created), "CudaGraph");
        handle = created;
    }

    /// <summary>Whether there is a GPU, and this build can record its work.</summary>
    public static bool IsAvailable => Library.fm_graph_available() != 0;

    /// <summary>Does work as it will be recorded, on the graph's own stream; two or three times, so that everything is allocated and chosen before.</summary>
    public void Rehearse(Action work) => Run(work, record: false);

    /// <summary>Notes what the work would do, and does none of it: the first <see cref="Replay"/> does.</summary>
    /// <param name="work">
    /// Reads and writes tensors that stay where they are: new values are copied into them. It waits for nothing on the GPU
    /// (no <c>item</c>, no copy out of memory that is not pinned), and gradients that it makes do not exist before it begins.
    /// </param>
    /// <exception cref="TorchException">Something in the work cannot be recorded.</exception>
    public void Record(Action work) => Run(work, record: true);

    /// <summary>Does the recorded work again, on the values that its tensors hold now.</summary>
    public void Replay() => Library.Check(Library.fm_graph_replay(handle), "CudaGraph.Replay");

    public void Dispose()
    {
        if (handle != 0) Library.fm_graph_delete(handle);
        handle = 0;
    }

    private void Run(Action work, bool record)
    {
        Library.Check(Library.fm_graph_enter(handle, record ? 1 : 0), "CudaGraph.Record");
        var left = 0;
        try
        {
            work();
        }
        finally
        {
            left = Library.fm_graph_leave(handle);
        }
        Library.Check(left, "CudaGraph.Record");
    }
}
