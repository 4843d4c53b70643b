using System.Diagnostics;
using System.Runtime.CompilerServices;
using FaceMix.Torch;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A tensor of libtorch. It holds one reference to it: dispose it, let a <see cref="DisposeScope"/> do that, or
    /// leave it to the garbage collector, which does not know how much memory hangs on it.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        private static long totalCount;
        private static long peakCount;
        private nint handle;
        private StackTrace? origin;

        internal Tensor(nint handle) : this(handle, DisposeScopeManager.ThreadSingleton)
        {
        }

        internal Tensor(nint handle, DisposeScopeManager? manager)
        {
            this.handle = handle;
            OwningDisposeScope = manager?.Register(this);
            if (OwningDisposeScope is null) NoteOrigin();
            var count = Interlocked.Increment(ref totalCount);
            if (count > Volatile.Read(ref peakCount)) Volatile.Write(ref peakCount, count);
        }

        ~Tensor() => Dispose(false);

        /// <summary>Tensors of this process that are neither disposed nor finalised.</summary>
        public static long TotalCount => Interlocked.Read(ref totalCount);

        public static long PeakCount => Interlocked.Read(ref peakCount);

        /// <summary>The same for two tensors that are one to libtorch.</summary>
        /// <exception cref="InvalidOperationException">The tensor was disposed.</exception>
        public IntPtr Handle
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => handle != 0 ? handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");
        }

        public bool IsInvalid => handle == 0;

        public string? name { get; set; }

        internal DisposeScope? OwningDisposeScope { get; set; }

        public void Dispose()
        {
            if (handle != 0) DisposeScopeManager.ThreadSingleton.Disposing(this);
            OwningDisposeScope?.Forget(this);
            OwningDisposeScope = null;
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is null && other is not null) other.Attach(this);
            else OwningDisposeScope?.MoveToOther(other, this);
            return this;
        }

        public override bool Equals(object? obj) => obj is Tensor other && ReferenceEquals(this, other);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

        public override string ToString() => $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        internal void NoteOrigin()
        {
            if (Escapes.Watching) origin = Escapes.Here();
        }

        // Gives the reference to a wrapper of another class; this one is then empty.
        internal nint MoveHandle()
        {
            GC.SuppressFinalize(this);
            Interlocked.Decrement(ref totalCount);
            return Interlocked.Exchange(ref handle, 0);
        }

        private void Dispose(bool disposing)
        {
            var held = Interlocked.Exchange(ref handle, 0);
            if (held == 0) return;
            Interlocked.Decrement(ref totalCount);
            if (!disposing && Escapes.Watching) Escapes.Add(origin);
            Library.fm_tensor_delete(held);
        }

        public long Dimensions => Library.fm_tensor_dimensions(Handle);
        public long dim() => Dimensions;
        public long ndim => Dimensions;
        public long NumberOfElements => Library.fm_tensor_elements(Handle);
        public long numel() => NumberOfElements;
        public long ElementSize => Library.fm_tensor_element_size(Handle);
        public long element_size() => ElementSize;
        public ScalarType dtype => (ScalarType)Library.fm_tensor_dtype(Handle);
        public Device device => Device.Unpack(Library.fm_tensor_device(Handle));
        public DeviceType device_type => device.type;
        public int device_index => device.index;
        public bool is_cuda => device.type == DeviceType.CUDA;
        public bool is_meta => device.type == DeviceType.META;
        public bool is_cpu() => device.type == DeviceType.CPU;
        public bool is_sparse => Library.fm_tensor_is_sparse(Handle) != 0;
        public bool is_integral() => torch.is_integral(dtype);
        public bool is_floating_point() => torch.is_floating_point(dtype);
        public bool is_complex() => torch.is_complex(dtype);
        public bool is_contiguous() => Library.fm_tensor_is_contiguous(Handle) != 0;
        public long storage_offset() => Library.fm_tensor_storage_offset(Handle);

        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[Dimensions];
                fixed (long* into = sizes) Library.Check(Library.fm_tensor_sizes(Handle, into), "shape");
                return sizes;
            }
        }

        public long[] size() => shape;
        public long size(int dim) => shape[dim < 0 ? dim + (int)Dimensions : dim];

        public unsafe long[] stride()
        {
            var strides = new long[Dimensions];
            fixed (long* into = strides) Library.Check(Library.fm_tensor_strides(Handle, into), "stride");
            return strides;
        }

        public long stride(int dim) => stride()[dim < 0 ? dim + (int)Dimensions : dim];

        public bool is_leaf => Library.fm_tensor_is_leaf(Handle) != 0;

        public bool requires_grad
        {
            get => Library.fm_tensor_requires_grad(Handle) != 0;
            set => Library.Check(Library.fm_tensor_set_requires_grad(Handle, value ? 1 : 0), "requires_grad", this);
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => Library.Check(Library.fm_tensor_retain_grad(Handle), "retain_grad", this);

        /// <summary>The gradient of the last <see cref="backward()"/>, or null.</summary>
        public unsafe Tensor? grad
        {
            get
            {
                nint gradient;
                Library.Check(Library.fm_tensor_grad(Handle, &gradient), "grad", this);
                return gradient == 0 ? null : new Tensor(gradient);
            }
            set => Library.Check(Library.fm_tensor_set_grad(Handle, value?.Handle ?? 0), "grad", this);
        }

        public void backward() => autograd.backward(this, (IList<Tensor>?)null);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward(this, grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>Another reference to the same tensor, to be disposed apart from this one.</summary>
        public Tensor alias() => new(Library.fm_tensor_share(Handle));

        // Module.to: the tensor stays the same one for its optimizer and its owner, with other contents.
        internal void SetData(Tensor source) => Library.Check(Library.fm_tensor_set_data(Handle, source.Handle), "set_data", new[] { this, source });

        /// <summary>The elements, row by row; on another device than the CPU, a copy of them.</summary>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            if (Unsafe.SizeOf<T>() != ElementSize)
                throw new ArgumentException($"A {dtype} tensor has no elements of type {typeof(T).Name}");
            return new TensorAccessor<T>(this);
        }

        /// <summary>The number that a tensor with one element holds.</summary>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new ArgumentException($"Number of elements in the tensor must be 1, it is {NumberOfElements}");
            var scalar = ToScalar();
            return scalar.Kind == Tag.Double ? Convert<T, double>(scalar.Real) : Convert<T, long>(scalar.Integer);
        }

        public unsafe Scalar ToScalar()
        {
            Value value;
            Library.Check(Library.fm_tensor_item(Handle, &value), "item", this);
            return Scalar.From(value);
        }

        /// <summary>The bytes of a contiguous tensor in main memory; writing to them writes to the tensor.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                if (!is_contiguous()) throw new NotImplementedException("Bytes() called on non-contiguous tensor.");
                if (device.type != DeviceType.CPU) throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
                return new Span<byte>(Data(), checked((int)(NumberOfElements * ElementSize)));
            }
        }

        internal unsafe void* Data()
        {
            void* data;
            Library.Check(Library.fm_tensor_data(Handle, &data), "data", this);
            return data;
        }

        private static TTo Convert<TTo, TFrom>(TFrom value) where TTo : unmanaged where TFrom : notnull
        {
            if (typeof(TTo) == typeof(Half)) return (TTo)(object)(Half)System.Convert.ToDouble(value);
            return (TTo)System.Convert.ChangeType(value, typeof(TTo));
        }
    }
}

public static class TensorExtensionMethods
{
    /// <summary>A parameter with this tensor's contents; the tensor itself is then empty.</summary>
    public static Modules.Parameter AsParameter(this torch.Tensor tensor) => new(tensor);

    public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();
    public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();
    public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();
    public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();
    public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();
    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);
}
