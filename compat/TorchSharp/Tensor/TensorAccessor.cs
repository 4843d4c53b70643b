using System.Collections;
using System.Runtime.InteropServices;

namespace TorchSharp.Utils;

/// <summary>Reads and writes the elements of a tensor in row order, whatever its strides.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor tensor;
    private readonly torch.Tensor? copy;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.device.type != DeviceType.CPU)
            throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        this.tensor = tensor;
        // A strided tensor is read through a contiguous copy, which outlives any scope the caller is in.
        if (!tensor.is_contiguous()) copy = tensor.contiguous().DetachFromDisposeScope();
        // A gradient that is zero everywhere may have no memory behind it.
        else if (HasNoMemory(tensor)) copy = tensor.zeros_like().DetachFromDisposeScope();
    }

    private static unsafe bool HasNoMemory(torch.Tensor tensor) => tensor.NumberOfElements > 0 && tensor.Data() == null;

    public long Count => tensor.NumberOfElements;

    public bool IsReadOnly => false;

    private unsafe Span<T> Elements => new((copy ?? tensor).Data(), checked((int)Count));

    public T this[params long[] indices]
    {
        get => Elements[checked((int)Position(indices))];
        set
        {
            Elements[checked((int)Position(indices))] = value;
            WriteBack();
        }
    }

    public T[] ToArray() => Elements.ToArray();

    /// <summary>An array with the tensor's own number of dimensions.</summary>
    public Array ToNDArray()
    {
        var array = Array.CreateInstance(typeof(T), tensor.shape);
        if (array.Length > 0) Elements.CopyTo(MemoryMarshal.CreateSpan(ref System.Runtime.CompilerServices.Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length));
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var from = Elements[checked((int)tensorIndex)..];
        from[..Math.Min(from.Length, array.Length - arrayIndex)].CopyTo(array[arrayIndex..]);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var into = Elements[checked((int)tensorIndex)..];
        var from = array[arrayIndex..];
        from[..Math.Min(from.Length, into.Length)].CopyTo(into);
        WriteBack();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() => copy?.Dispose();

    private long Position(long[] indices)
    {
        var shape = tensor.shape;
        if (indices.Length == 1) return indices[0];
        if (indices.Length != shape.Length) throw new ArgumentException($"{indices.Length} indices for {shape.Length} dimensions");
        var position = 0L;
        for (var i = 0; i < shape.Length; i++) position = position * shape[i] + indices[i];
        return position;
    }

    private void WriteBack()
    {
        if (copy is null) return;
        using var _ = torch.no_grad();
        tensor.copy_(copy);
    }
}
