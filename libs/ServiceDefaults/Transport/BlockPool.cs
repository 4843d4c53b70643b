using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace FaceMix.ServiceDefaults.Transport;

/// <summary>
/// Kestrel's memory in blocks of 32 KB instead of 4 KB: a socket is read block by block, each with two calls into the
/// system, so a message of 100 KB cost 50 of them. Blocks are pinned, reused, and kept up to 32 MB a pool.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>In bytes; larger than one frame of HTTP/2.</summary>
    public const int BlockSize = 32 * 1024;

    private const int MostKept = 1024;
    private readonly ConcurrentQueue<Block> free = [];
    private int kept;
    private volatile bool isDisposed;

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (!free.TryDequeue(out var block))
            return new Block(this);
        Interlocked.Decrement(ref kept);
        return block;
    }

    protected override void Dispose(bool disposing)
    {
        isDisposed = true;
        free.Clear();
    }

    private void Return(Block block)
    {
        if (isDisposed)
            return;
        if (Interlocked.Increment(ref kept) <= MostKept)
            free.Enqueue(block);
        else
            Interlocked.Decrement(ref kept);
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);

        public void Dispose() => pool.Return(this);
    }
}

/// <summary>Gives Kestrel such a pool where it asks for memory.</summary>
internal sealed class BlockPoolFactory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockPool();
}
