using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp
{
    namespace Modules
    {
        public abstract class ParameterLessModule<T1, TResult> : nn.Module<T1, TResult>
        {
            protected ParameterLessModule(string name) : base(name)
            {
            }
        }

        public sealed class ReLU : ParameterLessModule<Tensor, Tensor>
        {
            internal ReLU(bool inplace) : base(nameof(ReLU))
            {
                this.inplace = inplace;
            }

            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => F.relu(tensor, inplace);
        }

        public sealed class LeakyReLU : ParameterLessModule<Tensor, Tensor>
        {
            internal LeakyReLU(double negative_slope, bool inplace) : base(nameof(LeakyReLU))
            {
                this.negative_slope = negative_slope;
                this.inplace = inplace;
            }

            public double negative_slope { get; set; }
            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => F.leaky_relu(tensor, negative_slope, inplace);
        }

        public sealed class SiLU : ParameterLessModule<Tensor, Tensor>
        {
            internal SiLU(bool inplace) : base(nameof(SiLU))
            {
                this.inplace = inplace;
            }

            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => F.silu(tensor, inplace);
        }

        public sealed class GELU : ParameterLessModule<Tensor, Tensor>
        {
            internal GELU() : base(nameof(GELU))
            {
            }

            public override Tensor forward(Tensor tensor) => F.gelu(tensor);
        }

        public sealed class ELU : ParameterLessModule<Tensor, Tensor>
        {
            internal ELU(double alpha, bool inplace) : base(nameof(ELU))
            {
                this.alpha = alpha;
                this.inplace = inplace;
            }

            public double alpha { get; set; }
            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => F.elu(tensor, alpha, inplace);
        }

        public sealed class Sigmoid : ParameterLessModule<Tensor, Tensor>
        {
            internal Sigmoid() : base(nameof(Sigmoid))
            {
            }

            public override Tensor forward(Tensor tensor) => F.sigmoid(tensor);
        }

        public sealed class Tanh : ParameterLessModule<Tensor, Tensor>
        {
            internal Tanh(bool inplace) : base(nameof(Tanh))
            {
                this.inplace = inplace;
            }

            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => F.tanh(tensor, inplace);
        }

        public sealed class Softplus : ParameterLessModule<Tensor, Tensor>
        {
            internal Softplus(double beta, double threshold) : base(nameof(Softplus))
            {
                this.beta = beta;
                this.threshold = threshold;
            }

            public double beta { get; set; }
            public double threshold { get; set; }

            public override Tensor forward(Tensor tensor) => F.softplus(tensor, beta, threshold);
        }

        public sealed class Softmax : ParameterLessModule<Tensor, Tensor>
        {
            internal Softmax(long dim) : base(nameof(Softmax))
            {
                this.dim = dim;
            }

            public long dim { get; set; }

            public override Tensor forward(Tensor tensor) => F.softmax(tensor, dim);
        }

        public sealed class Identity : ParameterLessModule<Tensor, Tensor>
        {
            internal Identity() : base(nameof(Identity))
            {
            }

            public override Tensor forward(Tensor tensor) => tensor.alias();
        }

        public sealed class Dropout : ParameterLessModule<Tensor, Tensor>
        {
            internal Dropout(double p, bool inplace) : base(nameof(Dropout))
            {
                this.p = p;
                this.inplace = inplace;
            }

            public double p { get; set; }
            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => F.dropout(tensor, p, training, inplace);
        }

        public sealed class Dropout2d : ParameterLessModule<Tensor, Tensor>
        {
            internal Dropout2d(double p, bool inplace) : base(nameof(Dropout2d))
            {
                this.p = p;
                this.inplace = inplace;
            }

            public double p { get; set; }
            public bool inplace { get; set; }

            public override Tensor forward(Tensor input) => F.dropout2d(input, p, training, inplace);
        }

        public sealed class Flatten : ParameterLessModule<Tensor, Tensor>
        {
            internal Flatten(long start_dim, long end_dim) : base(nameof(Flatten))
            {
                this.start_dim = start_dim;
                this.end_dim = end_dim;
            }

            public long start_dim { get; set; }
            public long end_dim { get; set; }

            public override Tensor forward(Tensor input) => input.flatten(start_dim, end_dim);
        }

        public sealed class Unflatten : ParameterLessModule<Tensor, Tensor>
        {
            internal Unflatten(long dim, long[] unflattened_size) : base(nameof(Unflatten))
            {
                this.dim = dim;
                this.unflattened_size = unflattened_size;
            }

            public long dim { get; set; }
            public long[] unflattened_size { get; set; }

            public override Tensor forward(Tensor tensor) => tensor.unflatten(dim, unflattened_size);
        }

        public sealed class PixelShuffle : ParameterLessModule<Tensor, Tensor>
        {
            internal PixelShuffle(long upscale_factor) : base(nameof(PixelShuffle))
            {
                this.upscale_factor = upscale_factor;
            }

            public long upscale_factor { get; set; }

            public override Tensor forward(Tensor input) => F.pixel_shuffle(input, upscale_factor);
        }

        public sealed class AdaptiveAvgPool2d : ParameterLessModule<Tensor, Tensor>
        {
            internal AdaptiveAvgPool2d(long[] output_size) : base(nameof(AdaptiveAvgPool2d))
            {
                this.output_size = output_size;
            }

            public long[] output_size { get; set; }

            public override Tensor forward(Tensor input) => F.adaptive_avg_pool2d(input, output_size);
        }

        public sealed class AvgPool2d : ParameterLessModule<Tensor, Tensor>
        {
            internal AvgPool2d(long[] kernel_size, long[]? stride, long[]? padding, bool ceil_mode, bool count_include_pad, long? divisor_override) : base(nameof(AvgPool2d))
            {
                this.kernel_size = kernel_size;
                this.stride = stride;
                this.padding = padding;
                this.ceil_mode = ceil_mode;
                this.count_include_pad = count_include_pad;
                this.divisor_override = divisor_override;
            }

            public long[] kernel_size { get; set; }
            public long[]? stride { get; set; }
            public long[]? padding { get; set; }
            public bool ceil_mode { get; set; }
            public bool count_include_pad { get; set; }
            public long? divisor_override { get; set; }

            public override Tensor forward(Tensor input) => F.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
        }

        public sealed class MaxPool2d : ParameterLessModule<Tensor, Tensor>
        {
            internal MaxPool2d(long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode) : base(nameof(MaxPool2d))
            {
                this.kernel_size = kernel_size;
                this.stride = stride;
                this.padding = padding;
                this.dilation = dilation;
                this.ceil_mode = ceil_mode;
            }

            public long[] kernel_size { get; set; }
            public long[]? stride { get; set; }
            public long[]? padding { get; set; }
            public long[]? dilation { get; set; }
            public bool ceil_mode { get; set; }

            public override Tensor forward(Tensor input) => F.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);
        }

        public sealed class Upsample : ParameterLessModule<Tensor, Tensor>
        {
            private readonly long[]? sizes;
            private readonly double[]? factors;

            internal Upsample(long[]? size, double[]? scale_factor, UpsampleMode mode, bool? align_corners, bool? recompute_scale_factor) : base(nameof(Upsample))
            {
                sizes = size;
                factors = scale_factor;
                this.mode = mode;
                this.align_corners = align_corners;
                this.recompute_scale_factor = recompute_scale_factor;
            }

            public UpsampleMode mode { get; }

            public bool? align_corners { get; }

            public bool? recompute_scale_factor { get; }

            // The two enumerations have the same numbers.
            public override Tensor forward(Tensor input) => F.interpolate(input, sizes, factors, (InterpolationMode)mode, align_corners, recompute_scale_factor ?? false);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.ReLU ReLU(bool inplace = false) => new(inplace);
            public static Modules.LeakyReLU LeakyReLU(double negative_slope = 0.01, bool inplace = false) => new(negative_slope, inplace);
            public static Modules.SiLU SiLU() => new(false);
            public static Modules.SiLU SiLU(bool inplace) => new(inplace);
            public static Modules.GELU GELU() => new();
            public static Modules.ELU ELU(double alpha = 1.0, bool inplace = false) => new(alpha, inplace);
            public static Modules.Sigmoid Sigmoid() => new();
            public static Modules.Tanh Tanh() => new(false);
            public static Modules.Tanh Tanh(bool inplace = false) => new(inplace);
            public static Modules.Softplus Softplus(double beta = 1, double threshold = 20) => new(beta, threshold);
            public static Modules.Softmax Softmax(long dim) => new(dim);
            public static Modules.Identity Identity() => new();
            public static Modules.Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);
            public static Modules.Dropout2d Dropout2d(double p = 0.5, bool inplace = false) => new(p, inplace);
            public static Modules.Flatten Flatten(long start_dim = 1, long end_dim = -1) => new(start_dim, end_dim);
            public static Modules.Unflatten Unflatten(long dim, long[] unflattened_size) => new(dim, unflattened_size);
            public static Modules.PixelShuffle PixelShuffle(long upscale_factor) => new(upscale_factor);
            public static Modules.AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] output_size) => new(output_size);
            public static Modules.AvgPool2d AvgPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) => new(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
            public static Modules.MaxPool2d MaxPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) => new(kernel_size, stride, padding, dilation, ceil_mode);
            public static Modules.AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size) => new([output_size, output_size]);
            public static Modules.AvgPool2d AvgPool2d(long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                new(Both(kernel_size), stride is { } s ? Both(s) : null, padding is { } p ? Both(p) : null, ceil_mode, count_include_pad, divisor_override);
            public static Modules.MaxPool2d MaxPool2d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                new(Both(kernel_size), stride is { } s ? Both(s) : null, padding is { } p ? Both(p) : null, dilation is { } d ? Both(d) : null, ceil_mode);
            public static Modules.Upsample Upsample(long[]? size = null, double[]? scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest, bool? align_corners = null, bool? recompute_scale_factor = null) => new(size, scale_factor, mode, align_corners, recompute_scale_factor);

            private static long[] Both(long value) => [value, value];
        }
    }
}
