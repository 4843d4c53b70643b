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
            internal Embedding(long num_embeddings, long embedding_dims) : base(nameof(Embedding))
            {
                weight = Weights.Own(randn(num_embeddings, embedding_dims));
                register_parameter(nameof(weight), weight);
            }

            public Parameter? weight { get; }

            public override Tensor forward(Tensor input) => FaceMix.Torch.Aten.Call("embedding", weight, input);
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
            public static Modules.Embedding Embedding(long num_embeddings, long embedding_dims) => new(num_embeddings, embedding_dims);
        }
    }
}
