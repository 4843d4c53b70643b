using System.Buffers;

namespace Grpc.Framing;

/// <summary>One message in one piece of borrowed memory.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] rented = ArrayPool<byte>.Shared.Rent(1024);
    private int count;

    public ReadOnlyMemory<byte> Written => rented.AsMemory(0, count);

    public void Advance(int count) => this.count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return rented.AsMemory(count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return rented.AsSpan(count);
    }

    /// <summary>Makes room for so many bytes more.</summary>
    public void Reserve(int size)
    {
        if (rented.Length - count >= Math.Max(size, 1))
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(count + size), rented.Length * 2));
        rented.AsSpan(0, count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(rented);
        rented = larger;
    }

    public void Clear() => count = 0;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(rented);
        rented = [];
        count = 0;
    }
}
