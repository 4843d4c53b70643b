using static TorchSharp.torch;

namespace FaceMix.Distributed.Groups;

/// <summary>A collective under way. Its tensor must not be touched before <see cref="Wait"/> has returned.</summary>
public sealed class CollectiveWork : IDisposable
{
    private readonly ProcessGroup _group;
    private readonly string _what;
    private readonly Tensor? _tensor;
    private nint _handle;

    internal CollectiveWork(ProcessGroup group, string what, nint handle, Tensor? tensor = null) => (_group, _what, _handle, _tensor) = (group, what, handle, tensor);

    /// <summary>True once it is over, well or not.</summary>
    public bool IsCompleted => NativeDistributed.fm_work_done(Handle) != 0;

    private nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(CollectiveWork));

    /// <summary>Waits for it, at most the group's timeout.</summary>
    /// <exception cref="DistributedException">It failed or took too long; a process of the group may be gone.</exception>
    public void Wait() => _group.Check(NativeDistributed.fm_work_wait(_group.Handle, Handle), _what, _tensor);

    public void Dispose() => NativeDistributed.fm_work_delete(Interlocked.Exchange(ref _handle, 0));
}
