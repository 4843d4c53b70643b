using System.Buffers;

namespace FaceMix.Decoder.Batching;

/// <summary>
/// The pictures of one entry: a part of its batch's buffer, so that pixels are encoded from where the network wrote
/// them. Disposing gives the part back; the buffer returns to the pool with its last part.
/// </summary>
public sealed class DecodedPictures : IDisposable
{
    private readonly int _offset;
    private readonly int _pictureBytes;
    private Buffer? _buffer;

    private DecodedPictures(Buffer buffer, int offset, int count, int pictureBytes)
    {
        _buffer = buffer;
        _offset = offset;
        _pictureBytes = pictureBytes;
        Count = count;
    }

    public int Count { get; }

    /// <summary>[H, W, 3], RGB, rows from the top; valid until this is disposed.</summary>
    public ReadOnlyMemory<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var buffer = _buffer ?? throw new ObjectDisposedException(nameof(DecodedPictures));
            return buffer.Array.AsMemory(_offset + (index * _pictureBytes), _pictureBytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _buffer, null)?.Release();

    /// <summary>A batch's buffer, from the pool; hold one reference while parts are handed out.</summary>
    internal sealed class Buffer(int bytes)
    {
        private int _references = 1;

        public byte[] Array { get; } = ArrayPool<byte>.Shared.Rent(bytes);

        public DecodedPictures Part(int firstPicture, int count, int pictureBytes)
        {
            Interlocked.Increment(ref _references);
            return new DecodedPictures(this, firstPicture * pictureBytes, count, pictureBytes);
        }

        public void Release()
        {
            if (Interlocked.Decrement(ref _references) == 0)
                ArrayPool<byte>.Shared.Return(Array);
        }
    }
}
