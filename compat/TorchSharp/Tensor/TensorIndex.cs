using System.Runtime.CompilerServices;
using static FaceMix.Torch.Aten;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>One place between the brackets of an indexed tensor.</summary>
    public struct TensorIndex
    {
        internal enum Kind
        {
            None,
            Single,
            Null,
            Bool,
            Tensor,
            Slice,
            Ellipsis,
        }

        internal Kind kind;
        internal long? start;
        internal long? stop;
        internal long? step;
        internal Tensor? tensor;

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new() { kind = Kind.Slice, start = start, stop = stop, step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice((long?)range.start, (long?)range.end);

        public static TensorIndex Slice(Range range) => Slice(
            range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
            !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value);

        public static TensorIndex Bool(bool value) => new() { kind = Kind.Bool, start = value ? 1 : 0 };

        public static TensorIndex Single(long? index) => new() { kind = Kind.Single, start = index };

        public static TensorIndex Tensor(Tensor tensor) => new() { kind = Kind.Tensor, tensor = tensor };

        public static TensorIndex Ellipsis = new() { kind = Kind.Ellipsis };
        public static TensorIndex None = new() { kind = Kind.None };
        public static TensorIndex Null = new() { kind = Kind.Null };
        public static TensorIndex Colon = Slice();

        public static implicit operator TensorIndex(long value) => Single(value);
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);
        public static implicit operator TensorIndex(Range range) => Slice(range);
        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
    }

    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => this[[i1]];
            set => this[[i1]] = value;
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => this[[i1, i2]];
            set => this[[i1, i2]] = value;
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => this[[i1, i2, i3]];
            set => this[[i1, i2, i3]] = value;
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => this[[i1, i2, i3, i4]];
            set => this[[i1, i2, i3, i4]] = value;
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => Viewed(Array.ConvertAll(indices, index => (TensorIndex)index), out _);
            set => index_put_(value, Array.ConvertAll(indices, index => (TensorIndex)index));
        }

        public Tensor index(params TensorIndex[] indices)
        {
            var viewed = Viewed(indices, out var tensors);
            return tensors is null ? viewed : Call("index.Tensor", viewed, tensors);
        }

        public Tensor index(params Tensor[] indices) => Call("index.Tensor", this, indices);

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            var viewed = Viewed(indices, out var tensors);
            if (tensors is not null) Do("index_put_", viewed, tensors, value, accumulate);
            else if (accumulate) viewed.add_(value);
            else viewed.copy_(value);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false)
        {
            Do("index_put_", this, indices, value, accumulate);
            return this;
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var number = torch.tensor(value.ToDouble(), dtype, device);
            return index_put_(number, indices);
        }

        // What views can say is done with views; tensors among the indices are left for index.Tensor.
        private Tensor Viewed(TensorIndex[] indices, out Tensor?[]? tensors)
        {
            var named = indices.Count(index => index.kind is TensorIndex.Kind.Single or TensorIndex.Kind.Slice or TensorIndex.Kind.Tensor);
            if (named > Dimensions) throw new IndexOutOfRangeException($"{named} indices for a tensor with {Dimensions} dimensions");
            var picked = new List<(long at, Tensor tensor)>();
            var viewed = alias();
            var at = 0L;
            foreach (var index in indices)
            {
                switch (index.kind)
                {
                    case TensorIndex.Kind.Single:
                        viewed = viewed.select(at, index.start!.Value);
                        break;
                    case TensorIndex.Kind.Slice:
                        if (index.start is not null || index.stop is not null || index.step is not null)
                            viewed = Call("slice.Tensor", viewed, at, index.start, index.stop, index.step ?? 1);
                        at++;
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        at += Dimensions - named;
                        break;
                    case TensorIndex.Kind.Tensor:
                        picked.Add((at++, index.tensor!));
                        break;
                    case TensorIndex.Kind.None or TensorIndex.Kind.Null:
                        viewed = viewed.unsqueeze(at++);
                        break;
                    default:
                        throw new NotSupportedException($"an index of kind {index.kind}");
                }
            }
            tensors = picked.Count == 0 ? null : new Tensor?[picked[^1].at + 1];
            foreach (var (place, tensor) in picked) tensors![place] = tensor;
            return viewed;
        }
    }
}
