using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp
{
    namespace Modules
    {
        public abstract class NormBase : nn.Module<Tensor, Tensor>
        {
            private protected NormBase(string name, long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype) : base(name)
            {
                this.num_features = num_features;
                this.eps = eps;
                this.momentum = momentum;
                this.affine = affine;
                this.track_running_stats = track_running_stats;
                if (affine)
                {
                    register_parameter(nameof(weight), weight = Weights.Own(ones(num_features, dtype, device)));
                    register_parameter(nameof(bias), bias = Weights.Own(zeros(num_features, dtype, device)));
                }
                if (!track_running_stats) return;
                register_buffer(nameof(running_mean), running_mean = Weights.OwnBuffer(zeros(num_features, dtype, device)));
                register_buffer(nameof(running_var), running_var = Weights.OwnBuffer(ones(num_features, dtype, device)));
                register_buffer(nameof(num_batches_tracked), num_batches_tracked = Weights.OwnBuffer(tensor(0L, device: device)));
            }

            public long num_features { get; }

            public double eps { get; set; }

            public double? momentum { get; set; }

            public bool affine { get; }

            public bool track_running_stats { get; }

            public Parameter weight { get; } = null!;

            public Parameter? bias { get; }

            public Tensor? running_mean { get; }

            public Tensor? running_var { get; }

            public Tensor? num_batches_tracked { get; }

            public void reset_running_stats()
            {
                if (!track_running_stats) return;
                nn.init.zeros_(running_mean!);
                nn.init.ones_(running_var!);
                nn.init.zeros_(num_batches_tracked!);
            }
        }

        public abstract class BatchNorm : NormBase
        {
            private readonly int least;
            private readonly int most;

            private protected BatchNorm(string name, (int least, int most) dimensions, long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
                : base(name, num_features, eps, momentum, affine, track_running_stats, device, dtype) => (least, most) = dimensions;

            public override Tensor forward(Tensor input)
            {
                if (input.Dimensions < least || input.Dimensions > most)
                    throw new ArgumentException($"{GetName()} takes a tensor with {(least == most ? $"{least}" : $"{least} or {most}")} dimensions, not {input.Dimensions}");
                if (training && track_running_stats)
                    using (no_grad()) num_batches_tracked!.add_(1);
                // Without statistics of its own the layer normalises by the batch's, in evaluation too.
                return F.batch_norm(input, running_mean, running_var, affine ? weight : null, bias, training || !track_running_stats, Momentum(), eps);
            }

            private double Momentum() => momentum ?? (training && track_running_stats ? 1.0 / num_batches_tracked!.ToInt64() : 0.0);
        }

        public sealed class BatchNorm1d : BatchNorm
        {
            internal BatchNorm1d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
                : base(nameof(BatchNorm1d), (2, 3), num_features, eps, momentum, affine, track_running_stats, device, dtype)
            {
            }
        }

        public sealed class BatchNorm2d : BatchNorm
        {
            internal BatchNorm2d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
                : base(nameof(BatchNorm2d), (4, 4), num_features, eps, momentum, affine, track_running_stats, device, dtype)
            {
            }
        }

        /// <summary>Each channel of each picture for itself; without running statistics it is the same in evaluation.</summary>
        public abstract class InstanceNorm : NormBase
        {
            private readonly int spatial;

            private protected InstanceNorm(string name, int spatial, long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
                : base(name, num_features, eps, momentum, affine, track_running_stats, device, dtype) => this.spatial = spatial;

            public override Tensor forward(Tensor input)
            {
                var batched = input.Dimensions == spatial + 2;
                if (!batched && input.Dimensions != spatial + 1) throw new ArgumentException($"{GetName()} takes a tensor with {spatial + 1} or {spatial + 2} dimensions, not {input.Dimensions}");
                if (batched) return Normal(input);
                using var one = input.unsqueeze(0);
                using var result = Normal(one);
                return result.squeeze(0);
            }

            private Tensor Normal(Tensor input) => F.instance_norm(input, running_mean, running_var, affine ? weight : null, bias, training || !track_running_stats, momentum ?? 0.0, eps);
        }

        public sealed class InstanceNorm1d : InstanceNorm
        {
            internal InstanceNorm1d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
                : base(nameof(InstanceNorm1d), 1, num_features, eps, momentum, affine, track_running_stats, device, dtype)
            {
            }
        }

        public sealed class InstanceNorm2d : InstanceNorm
        {
            internal InstanceNorm2d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
                : base(nameof(InstanceNorm2d), 2, num_features, eps, momentum, affine, track_running_stats, device, dtype)
            {
            }
        }

        public sealed class GroupNorm : nn.Module<Tensor, Tensor>
        {
            internal GroupNorm(long num_groups, long num_channels, double eps, bool affine, Device? device, ScalarType? dtype) : base(nameof(GroupNorm))
            {
                this.num_groups = num_groups;
                this.eps = eps;
                this.affine = affine;
                if (!affine) return;
                register_parameter(nameof(weight), weight = Weights.Own(ones(num_channels, dtype, device)));
                register_parameter(nameof(bias), bias = Weights.Own(zeros(num_channels, dtype, device)));
            }

            public long num_groups { get; set; }

            public double eps { get; set; }

            public bool affine { get; set; }

            public Parameter weight { get; } = null!;

            public Parameter? bias { get; }

            public override Tensor forward(Tensor tensor) => F.group_norm(tensor, num_groups, affine ? weight : null, bias, eps);
        }

        public sealed class LayerNorm : nn.Module<Tensor, Tensor>
        {
            internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, Device? device, ScalarType? dtype) : base(nameof(LayerNorm))
            {
                this.normalized_shape = normalized_shape;
                this.eps = eps;
                this.elementwise_affine = elementwise_affine;
                if (!elementwise_affine) return;
                register_parameter(nameof(weight), weight = Weights.Own(ones(normalized_shape, dtype, device)));
                if (bias) register_parameter(nameof(bias), this.bias = Weights.Own(zeros(normalized_shape, dtype, device)));
            }

            public long[] normalized_shape { get; set; }

            public double eps { get; set; }

            public bool elementwise_affine { get; set; }

            public Parameter weight { get; } = null!;

            public Parameter? bias { get; }

            public override Tensor forward(Tensor tensor) => F.layer_norm(tensor, normalized_shape, elementwise_affine ? weight : null, bias, eps);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.BatchNorm1d BatchNorm1d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
            public static Modules.BatchNorm2d BatchNorm2d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
            public static Modules.InstanceNorm1d InstanceNorm1d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false, Device? device = null, ScalarType? dtype = null) => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
            public static Modules.InstanceNorm2d InstanceNorm2d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false, Device? device = null, ScalarType? dtype = null) => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
            public static Modules.GroupNorm GroupNorm(long num_groups, long num_channels, double eps = 1e-05, bool affine = true, Device? device = null, ScalarType? dtype = null) => new(num_groups, num_channels, eps, affine, device, dtype);
            public static Modules.LayerNorm LayerNorm(long[] normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) => new(normalized_shape, eps, elementwise_affine, bias, device, dtype);
            public static Modules.LayerNorm LayerNorm(long normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) => new([normalized_shape], eps, elementwise_affine, bias, device, dtype);
        }
    }
}
