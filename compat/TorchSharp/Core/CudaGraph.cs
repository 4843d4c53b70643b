namespace FaceMix.Torch;

/// <summary>
/// Work on a GPU that is recorded once and then run again with one launch, for steps whose shapes never change: what a
/// small network's step costs is mostly the launching of its kernels. FaceMix's own: TorchSharp has none, so a caller
/// compiles this in only where COMPAT_PACKAGES is set.
/// </summary>
public sealed class CudaGraph : IDisposable
{
    private nint handle;

    private CudaGraph(nint handle) => this.handle = handle;

    /// <summary>Whether there is a GPU, and this libtorch has CUDA.</summary>
    public static bool IsAvailable => Library.fm_graph_available() != 0;

    /// <summary>Does the work a few times, so that everything is allocated and chosen, and then records it.</summary>
    /// <param name="work">
    /// Reads and writes tensors that stay where they are: new values are copied into them. It waits for nothing on the GPU
    /// (no <c>item</c>), and gradients that it makes must not exist before it is recorded.
    /// </param>
    /// <param name="warmups">How often it is done before.</param>
    /// <exception cref="TorchException">There is no GPU, or something in the work cannot be recorded.</exception>
    public static unsafe CudaGraph Record(Action work, int warmups = 3)
    {
        nint created;
        Library.Check(Library.fm_graph_create(&created), "CudaGraph");
        var graph = new CudaGraph(created);
        try
        {
            for (var i = 0; i < warmups; i++) graph.Run(work, record: false);
            graph.Run(work, record: true);
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Does the recorded work again, on the values that its tensors hold now.</summary>
    public void Replay() => Library.Check(Library.fm_graph_replay(handle), "CudaGraph.Replay");

    public void Dispose()
    {
        Library.fm_graph_delete(handle);
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
