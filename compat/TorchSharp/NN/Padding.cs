using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Adds to both ends of the last dimensions, the last dimension first.</summary>
        public abstract class PadBase : ParameterLessModule<Tensor, Tensor>
        {
            private readonly PaddingModes mode;

            protected PadBase(string name, PaddingModes mode, double value, params long[] padding) : base(name)
            {
                this.mode = mode;
                this.value = value;
                this.padding = padding;
            }

            public long[] padding { get; set; }

            public double value { get; set; }

            public override Tensor forward(Tensor input) => F.pad(input, padding, mode, value);
        }

        public sealed class ConstantPad1d : PadBase
        {
            internal ConstantPad1d(double value, params long[] padding) : base(nameof(ConstantPad1d), PaddingModes.Constant, value, padding)
            {
            }
        }

        public sealed class ConstantPad2d : PadBase
        {
            internal ConstantPad2d(double value, params long[] padding) : base(nameof(ConstantPad2d), PaddingModes.Constant, value, padding)
            {
            }
        }

        public sealed class ReflectionPad1d : PadBase
        {
            internal ReflectionPad1d(double value, params long[] padding) : base(nameof(ReflectionPad1d), PaddingModes.Reflect, value, padding)
            {
            }
        }

        public sealed class ReflectionPad2d : PadBase
        {
            internal ReflectionPad2d(double value, params long[] padding) : base(nameof(ReflectionPad2d), PaddingModes.Reflect, value, padding)
            {
            }
        }

        public sealed class ReplicationPad1d : PadBase
        {
            internal ReplicationPad1d(double value, params long[] padding) : base(nameof(ReplicationPad1d), PaddingModes.Replicate, value, padding)
            {
            }
        }

        public sealed class ReplicationPad2d : PadBase
        {
            internal ReplicationPad2d(double value, params long[] padding) : base(nameof(ReplicationPad2d), PaddingModes.Replicate, value, padding)
            {
            }
        }

        public sealed class ZeroPad2d : PadBase
        {
            internal ZeroPad2d(double value, params long[] padding) : base(nameof(ZeroPad2d), PaddingModes.Constant, value, padding)
            {
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.ConstantPad1d ConstantPad1d(long padding, double value) => new(value, padding, padding);
            public static Modules.ConstantPad1d ConstantPad1d((long, long) padding, double value) => new(value, padding.Item1, padding.Item2);
            public static Modules.ConstantPad2d ConstantPad2d(long padding, double value) => new(value, padding, padding, padding, padding);
            public static Modules.ConstantPad2d ConstantPad2d((long, long, long, long) padding, double value) => new(value, padding.Item1, padding.Item2, padding.Item3, padding.Item4);
            public static Modules.ReflectionPad1d ReflectionPad1d(long padding) => new(0, padding, padding);
            public static Modules.ReflectionPad1d ReflectionPad1d((long, long) padding) => new(0, padding.Item1, padding.Item2);
            public static Modules.ReflectionPad2d ReflectionPad2d(long padding) => new(0, padding, padding, padding, padding);
            public static Modules.ReflectionPad2d ReflectionPad2d((long, long, long, long) padding) => new(0, padding.Item1, padding.Item2, padding.Item3, padding.Item4);
            public static Modules.ReplicationPad1d ReplicationPad1d(long padding) => new(0, padding, padding);
            public static Modules.ReplicationPad1d ReplicationPad1d((long, long) padding) => new(0, padding.Item1, padding.Item2);
            public static Modules.ReplicationPad2d ReplicationPad2d(long padding) => new(0, padding, padding, padding, padding);
            public static Modules.ReplicationPad2d ReplicationPad2d((long, long, long, long) padding) => new(0, padding.Item1, padding.Item2, padding.Item3, padding.Item4);
            public static Modules.ZeroPad2d ZeroPad2d(long padding) => new(0, padding, padding, padding, padding);
            public static Modules.ZeroPad2d ZeroPad2d((long, long, long, long) padding) => new(0, padding.Item1, padding.Item2, padding.Item3, padding.Item4);
        }
    }
}
