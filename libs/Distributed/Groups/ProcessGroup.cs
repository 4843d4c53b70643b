using FaceMix.Distributed.Rendezvous;
using static TorchSharp.torch;

namespace FaceMix.Distributed.Groups;

/// <summary>What an all-reduce makes of the processes' values; the numbers are those of native/torch.</summary>
public enum Reduction
{
    Sum = 0,
    Maximum = 1,
    Minimum = 2,
}

/// <summary>
/// Processes that compute together, over c10d. Every process must call the same collectives in the same order with tensors
/// of the same shape and type. One thread at a time.
/// </summary>
public sealed class ProcessGroup : IDisposable
{
    private nint _handle;

    private ProcessGroup(nint handle, int rank, int size) => (_handle, Rank, Size) = (handle, rank, size);

    /// <summary>0 to <see cref="Size"/> - 1.</summary>
    public int Rank { get; }

    public int Size { get; }

    /// <summary>True once a collective has failed: the group can do nothing more.</summary>
    public bool HasFailed => NativeDistributed.fm_group_failed(Handle) != 0;

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(ProcessGroup));

    /// <summary>Whether libfacemix_torch was built with it.</summary>
    public static bool Has(Backend backend) => (NativeDistributed.fm_distributed_backends() & (int)backend) != 0;

    /// <summary>Connects the processes that meet in a store; returns when all are connected.</summary>
    /// <param name="store">Where they meet.</param>
    /// <param name="rank">This process.</param>
    /// <param name="size">All of them.</param>
    /// <param name="options">Backend and timeout.</param>
    /// <param name="address">The address of this machine that Gloo uses; empty: the one its name resolves to, or <c>GLOO_SOCKET_IFNAME</c>'s.</param>
    /// <exception cref="DistributedException">The backend is not there, or a process did not connect in time.</exception>
    public static unsafe ProcessGroup Open(KeyStore store, int rank, int size, DistributedOptions options, string address)
    {
        nint handle;
        var status = NativeDistributed.fm_group_open(
            store.Handle, (int)options.Backend, rank, size, (long)options.CollectiveTimeout.TotalMilliseconds, address, &handle);
        if (status != 0)
            throw new DistributedException($"Rank {rank} of {size} could not be connected with the others: {NativeDistributed.LastError}");
        return new ProcessGroup(handle, rank, size);
    }

    /// <summary>Replaces the tensor's values by their reduction over all processes.</summary>
    /// <exception cref="DistributedException">It failed; a process may be gone.</exception>
    public void AllReduce(Tensor tensor, Reduction reduction = Reduction.Sum)
    {
        using var work = StartAllReduce(tensor, reduction);
        work.Wait();
    }

    /// <summary>Begins an all-reduce; the tensor belongs to it until it is over.</summary>
    public unsafe CollectiveWork StartAllReduce(Tensor tensor, Reduction reduction = Reduction.Sum)
    {
        nint work;
        Check(NativeDistributed.fm_all_reduce(Handle, NativeDistributed.HandleOf(tensor), (int)reduction, &work), "all-reduce", tensor);
        return new CollectiveWork(this, "all-reduce", work, tensor);
    }

    /// <summary>Replaces the tensor's values by those of one process.</summary>
    /// <exception cref="DistributedException">It failed; a process may be gone.</exception>
    public unsafe void Broadcast(Tensor tensor, int from = 0)
    {
        nint handle;
        Check(NativeDistributed.fm_broadcast(Handle, NativeDistributed.HandleOf(tensor), from, &handle), "broadcast", tensor);
        using var work = new CollectiveWork(this, "broadcast", handle, tensor);
        work.Wait();
    }

    /// <summary>Waits until every process is here.</summary>
    /// <exception cref="DistributedException">It failed; a process may be gone.</exception>
    public unsafe void Barrier()
    {
        nint handle;
        Check(NativeDistributed.fm_barrier(Handle, &handle), "barrier");
        using var work = new CollectiveWork(this, "barrier", handle);
        work.Wait();
    }

    /// <summary>
    /// Until it is disposed, batch norm in training mode on this thread normalises by the whole group's batch. Every process
    /// must run the same layers in the same order, backward passes included.
    /// </summary>
    public SynchronisedBatchNorm SynchroniseBatchNorm() => new(this);

    /// <summary>Waits for what is under way and disconnects. After a failure nothing would end that wait, so the connections stay until the process ends.</summary>
    public void Dispose()
    {
        if (_handle != 0 && !HasFailed)
            NativeDistributed.fm_group_delete(_handle);
        _handle = 0;
    }

    internal void Check(int status, string what, Tensor? tensor = null)
    {
        if (status == 0)
            return;
        // The message first: describing a tensor calls the library again.
        var message = NativeDistributed.LastError;
        var given = tensor is null ? string.Empty : $"({tensor.dtype}[{string.Join(", ", tensor.shape)}])";
        throw new DistributedException($"The {what}{given} of rank {Rank} failed: {message}");
    }
}
