namespace FaceMix.Distributed.Groups;

/// <summary>See <see cref="ProcessGroup.SynchroniseBatchNorm"/>; to be disposed by the thread that made it.</summary>
public readonly struct SynchronisedBatchNorm : IDisposable
{
    private readonly ProcessGroup _group;

    internal SynchronisedBatchNorm(ProcessGroup group)
    {
        _group = group;
        group.Check(NativeDistributed.fm_sync_batch_norm(group.Handle), "synchronised batch norm");
    }

    public void Dispose() => _group.Check(NativeDistributed.fm_sync_batch_norm(0), "synchronised batch norm");
}
