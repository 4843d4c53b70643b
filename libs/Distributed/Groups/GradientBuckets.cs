using static TorchSharp.torch;

namespace FaceMix.Distributed.Groups;

/// <summary>
/// Averages gradients over a group while the backward pass still runs: parameters share buckets in the reverse of their
/// order, and a bucket's all-reduce begins when its last gradient has arrived (Li et al. 2020, PyTorch Distributed).
/// </summary>
public sealed class GradientBuckets : IDisposable
{
    /// <summary>PyTorch's sizes: a small first bucket, so that the network starts to work early, then larger ones.</summary>
    public const long FirstBytes = 1 << 20;

    /// <inheritdoc cref="FirstBytes"/>
    public const long Bytes = 25 << 20;

    private readonly ProcessGroup _group;
    private nint _handle;

    /// <param name="group">Must outlive the buckets.</param>
    /// <param name="parameters">The same in every process, in the same order.</param>
    /// <param name="firstBytes">A bucket is closed when it holds this much; this for the first one.</param>
    /// <param name="bytes">And this for all others.</param>
    /// <exception cref="DistributedException">A parameter takes no gradient.</exception>
    public unsafe GradientBuckets(ProcessGroup group, IEnumerable<Tensor> parameters, long firstBytes = FirstBytes, long bytes = Bytes)
    {
        _group = group;
        var tensors = parameters.ToArray();
        var handles = tensors.Select(NativeDistributed.HandleOf).ToArray();
        nint handle;
        fixed (nint* first = handles)
            group.Check(NativeDistributed.fm_buckets_open(group.Handle, first, handles.Length, firstBytes, bytes, &handle), "bucketing");
        _handle = handle;
        GC.KeepAlive(tensors);
    }

    public long Count => NativeDistributed.fm_buckets_count(Handle);

    /// <summary>How many of them began their all-reduce before the last backward pass was over.</summary>
    public long BegunEarly => NativeDistributed.fm_buckets_early(Handle);

    private nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(GradientBuckets));

    /// <summary>Announces the backward pass whose gradients are to be averaged.</summary>
    public void Begin() => _group.Check(NativeDistributed.fm_buckets_begin(Handle), "bucketing");

    /// <summary>
    /// Waits until every gradient is the mean over the group. A parameter without a gradient counts as 0 there, and keeps
    /// none where no process has one.
    /// </summary>
    /// <exception cref="DistributedException">A process may be gone.</exception>
    public void Finish() => _group.Check(NativeDistributed.fm_buckets_finish(Handle), "averaging of gradients");

    public void Dispose()
    {
        // After a failure an all-reduce may still write into the buckets.
        if (_handle != 0 && !_group.HasFailed)
            NativeDistributed.fm_buckets_delete(_handle);
        _handle = 0;
    }
}
