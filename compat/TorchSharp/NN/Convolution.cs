using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp
{
    namespace Modules
    {
        public abstract class Convolution : nn.Module<Tensor, Tensor>
        {
            private protected Convolution(string name, long in_channels, long out_channels, long[] weightShape, bool bias, Device? device, ScalarType? dtype) : base(name)
            {
                this.in_channels = in_channels;
                this.out_channels = out_channels;
                kernel_size = weightShape[2..];
                weight = Weights.Own(empty(weightShape, dtype, device));
                register_parameter(nameof(weight), weight);
                nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
                if (!bias) return;
                this.bias = Weights.Own(empty(out_channels, dtype, device));
                register_parameter(nameof(bias), this.bias);
                Weights.UniformByFan(this.bias, weight);
            }

            public long in_channels { get; }

            public long out_channels { get; }

            public Parameter weight { get; }

            public Parameter? bias { get; }

            public PaddingModes padding_mode { get; set; } = PaddingModes.Zeros;

            public long[] kernel_size { get; set; }

            public long[] stride { get; set; } = [1, 1];

            /// <summary>What is added on both sides; null where <see cref="padding_type"/> says it.</summary>
            public long[]? padding { get; private protected init; } = [0, 0];

            public Padding? padding_type { get; private protected init; }

            public long[] dilation { get; set; } = [1, 1];

            public long[] output_padding { get; set; } = [0, 0];

            public long groups { get; set; } = 1;

            // What the input is padded with beforehand, the last dimension first, when the edges are not zeros. An uneven
            // "same" padding has the greater half at the end.
            private protected long[] Edges()
            {
                var edges = new long[2 * kernel_size.Length];
                for (var i = 0; i < kernel_size.Length; i++)
                {
                    var last = kernel_size.Length - 1 - i;
                    var total = padding is not null ? 2 * padding[last] : padding_type == TorchSharp.Padding.Same ? dilation[last] * (kernel_size[last] - 1) : 0;
                    edges[2 * i] = total / 2;
                    edges[2 * i + 1] = total - total / 2;
                }
                return edges;
            }

            private protected bool HasZeroEdges => padding_mode is PaddingModes.Zeros or PaddingModes.Constant;
        }

        public abstract class ConvolutionTranspose : Convolution
        {
            private protected ConvolutionTranspose(string name, long in_channels, long out_channels, long[] weightShape, bool bias, Device? device, ScalarType? dtype)
                : base(name, in_channels, out_channels, weightShape, bias, device, dtype)
            {
            }

            public override Tensor forward(Tensor input) => kernel_size.Length == 1
                ? F.conv_transpose1d(input, weight, bias, stride[0], padding![0], output_padding[0], dilation[0], groups)
                : F.conv_transpose2d(input, weight, bias, stride, padding, output_padding, dilation, groups);
        }

        /// <summary>Weight [out, in / groups, length].</summary>
        public sealed class Conv1d : Convolution
        {
            internal Conv1d(long in_channels, long out_channels, long kernel_size, long? padding, Padding? padding_type, PaddingModes padding_mode, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(Conv1d), in_channels, out_channels, [out_channels, in_channels / groups, kernel_size], bias, device, dtype)
            {
                this.groups = groups;
                this.padding = padding is { } p ? [p] : null;
                this.padding_type = padding_type;
                this.padding_mode = padding_mode;
            }

            public override Tensor forward(Tensor input)
            {
                if (HasZeroEdges)
                    return padding is not null
                        ? F.conv1d(input, weight, bias, stride[0], padding[0], dilation[0], groups)
                        : F.conv1d_padding(input, weight, bias, stride[0], padding_type!.Value, dilation[0], groups);
                using var padded = F.pad(input, Edges(), padding_mode);
                return F.conv1d(padded, weight, bias, stride[0], 0, dilation[0], groups);
            }
        }

        /// <summary>Weight [out, in / groups, height, width].</summary>
        public sealed class Conv2d : Convolution
        {
            internal Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? padding, Padding? padding_type, PaddingModes padding_mode, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(Conv2d), in_channels, out_channels, [out_channels, in_channels / groups, kernel_size.Item1, kernel_size.Item2], bias, device, dtype)
            {
                this.groups = groups;
                this.padding = padding is { } p ? [p.Item1, p.Item2] : null;
                this.padding_type = padding_type;
                this.padding_mode = padding_mode;
            }

            public override Tensor forward(Tensor input)
            {
                if (HasZeroEdges)
                    return padding is not null
                        ? F.conv2d(input, weight, bias, stride, padding, dilation, groups)
                        : F.conv2d_padding(input, weight, bias, stride, padding_type!.Value, dilation, groups);
                using var padded = F.pad(input, Edges(), padding_mode);
                return F.conv2d(padded, weight, bias, stride, [0, 0], dilation, groups);
            }
        }

        /// <summary>Weight [in, out / groups, length].</summary>
        public sealed class ConvTranspose1d : ConvolutionTranspose
        {
            internal ConvTranspose1d(long in_channels, long out_channels, long kernel_size, long padding, long output_padding, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(ConvTranspose1d), in_channels, out_channels, [in_channels, out_channels / groups, kernel_size], bias, device, dtype)
            {
                this.groups = groups;
                this.padding = [padding];
                this.output_padding = [output_padding];
            }
        }

        /// <summary>Weight [in, out / groups, height, width].</summary>
        public sealed class ConvTranspose2d : ConvolutionTranspose
        {
            internal ConvTranspose2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long) padding, (long, long) output_padding, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(ConvTranspose2d), in_channels, out_channels, [in_channels, out_channels / groups, kernel_size.Item1, kernel_size.Item2], bias, device, dtype)
            {
                this.groups = groups;
                this.padding = [padding.Item1, padding.Item2];
                this.output_padding = [output_padding.Item1, output_padding.Item2];
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                Conv2d(in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding), (dilation, dilation), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, kernel_size, padding ?? (0, 0), null, padding_mode, groups, bias, device, dtype) { stride = Pair(stride), dilation = Pair(dilation) };

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                Conv2d(in_channels, out_channels, (kernel_size, kernel_size), padding, (stride, stride), (dilation, dilation), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, Padding padding, (long, long)? stride = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, kernel_size, null, padding, padding_mode, groups, bias, device, dtype) { stride = Pair(stride), dilation = Pair(dilation) };

            public static Modules.Conv1d Conv1d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, kernel_size, padding, null, padding_mode, groups, bias, device, dtype) { stride = [stride], dilation = [dilation] };

            public static Modules.Conv1d Conv1d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, kernel_size, null, padding, padding_mode, groups, bias, device, dtype) { stride = [stride], dilation = [dilation] };

            public static Modules.ConvTranspose1d ConvTranspose1d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
            {
                if (padding_mode != PaddingModes.Zeros) throw new ArgumentException("Only \"zeros\" padding mode is supported for a transposed convolution");
                return new(in_channels, out_channels, kernel_size, padding, output_padding, groups, bias, device, dtype) { stride = [stride], dilation = [dilation] };
            }

            public static Modules.ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                ConvTranspose2d(in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding), (output_padding, output_padding), (dilation, dilation), padding_mode, groups, bias, device, dtype);

            public static Modules.ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? output_padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
            {
                if (padding_mode != PaddingModes.Zeros) throw new ArgumentException("Only \"zeros\" padding mode is supported for a transposed convolution");
                return new(in_channels, out_channels, kernel_size, padding ?? (0, 0), output_padding ?? (0, 0), groups, bias, device, dtype) { stride = Pair(stride), dilation = Pair(dilation) };
            }

            private static long[] Pair((long, long)? pair) => [pair?.Item1 ?? 1, pair?.Item2 ?? 1];
        }
    }
}
