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

            public long[]? padding { get; private protected init; } = [0, 0];

            public long[] dilation { get; set; } = [1, 1];

            public long[] output_padding { get; set; } = [0, 0];

            public long groups { get; set; } = 1;
        }

        public abstract class ConvolutionTranspose : Convolution
        {
            private protected ConvolutionTranspose(string name, long in_channels, long out_channels, long[] weightShape, bool bias, Device? device, ScalarType? dtype)
                : base(name, in_channels, out_channels, weightShape, bias, device, dtype)
            {
            }

            public override Tensor forward(Tensor input) => F.conv_transpose2d(input, weight, bias, stride, padding, output_padding, dilation, groups);
        }

        /// <summary>Weight [out, in / groups, height, width].</summary>
        public sealed class Conv2d : Convolution
        {
            internal Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long) padding, PaddingModes padding_mode, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(Conv2d), in_channels, out_channels, [out_channels, in_channels / groups, kernel_size.Item1, kernel_size.Item2], bias, device, dtype)
            {
                this.groups = groups;
                this.padding = [padding.Item1, padding.Item2];
                this.padding_mode = padding_mode;
            }

            public override Tensor forward(Tensor input)
            {
                if (padding_mode is PaddingModes.Zeros or PaddingModes.Constant) return F.conv2d(input, weight, bias, stride, padding, dilation, groups);
                using var padded = F.pad(input, [padding![1], padding[1], padding[0], padding[0]], padding_mode);
                return F.conv2d(padded, weight, bias, stride, [0, 0], dilation, groups);
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
                new(in_channels, out_channels, kernel_size, padding ?? (0, 0), padding_mode, groups, bias, device, dtype) { stride = Pair(stride), dilation = Pair(dilation) };

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
