using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>y = x·weightᵀ + bias; weight [out, in], bias [out].</summary>
        public sealed class Linear : nn.Module<Tensor, Tensor>
        {
            internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Linear))
            {
                in_features = inputSize;
                out_features = outputSize;
                weight = Weights.Own(empty(outputSize, inputSize, dtype, device));
                register_parameter(nameof(weight), weight);
                nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
                if (!hasBias) return;
                bias = Weights.Own(empty(outputSize, dtype, device));
                register_parameter(nameof(bias), bias);
                Weights.UniformByFan(bias, weight);
            }

            public long in_features { get; }

            public long out_features { get; }

            public Parameter weight { get; }

            public Parameter? bias { get; }

            public override Tensor forward(Tensor tensor) => F.linear(tensor, weight, bias);
        }

        /// <summary>A table of vectors [num_embeddings, embedding_dims], read by index.</summary>
        public sealed class Embedding : nn.Module<Tensor, Tensor>
        {
            private readonly long padding;
            private readonly double? max_norm;
            private readonly double norm_type;
            private readonly bool scale_grad_by_freq;
            private readonly bool sparse;

            internal Embedding(long num_embeddings, long embedding_dims, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse, Device? device, ScalarType? dtype) : base(nameof(Embedding))
            {
                padding = padding_idx is not { } index ? -1 : index < 0 ? index + num_embeddings : index;
                this.max_norm = max_norm;
                this.norm_type = norm_type;
                this.scale_grad_by_freq = scale_grad_by_freq;
                this.sparse = sparse;
                weight = Weights.Own(randn(num_embeddings, embedding_dims, dtype, device));
                register_parameter(nameof(weight), weight);
                if (padding < 0) return;
                using var _ = no_grad();
                weight[padding].zero_();
            }

            public Parameter? weight { get; }

            public override Tensor forward(Tensor input)
            {
                if (max_norm is { } largest)
                {
                    using var _ = no_grad();
                    FaceMix.Torch.Aten.Do("embedding_renorm_", weight, input.contiguous(), largest, norm_type);
                }
                return FaceMix.Torch.Aten.Call("embedding", weight, input, padding, scale_grad_by_freq, sparse);
            }
        }

        internal static class Weights
        {
            // A module's tensors outlive the scope the module was made in.
            public static Parameter Own(Tensor data) => (Parameter)new Parameter(data).DetachFromDisposeScope();

            public static Tensor OwnBuffer(Tensor data) => data.DetachFromDisposeScope();

            public static void UniformByFan(Tensor bias, Tensor weight)
            {
                var (fanIn, _) = nn.init.CalculateFanInAndFanOut(weight);
                var bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
                nn.init.uniform_(bias, -bound, bound);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) => new(inputSize, outputSize, hasBias, device, dtype);
            public static Modules.Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null) =>
                new(num_embeddings, embedding_dims, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, device, dtype);
        }
    }
}
