using FaceMix.Torch;
using static FaceMix.Torch.Aten;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_() : x.relu();
            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) => inplace ? input.leaky_relu_(negative_slope) : input.leaky_relu(negative_slope);
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_() : x.silu();
            public static Tensor gelu(Tensor x) => x.gelu();
            public static Tensor gelu(Tensor x, bool inplace) => inplace ? x.gelu_() : x.gelu();
            public static Tensor elu(Tensor x, double alpha, bool inplace = false) => inplace ? x.elu_(alpha) : x.elu(alpha);
            public static Tensor sigmoid(Tensor x) => x.sigmoid();
            public static Tensor sigmoid(Tensor x, bool inplace) => inplace ? x.sigmoid_() : x.sigmoid();
            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? x.tanh_() : x.tanh();
            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => x.softplus(beta, threshold);
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);
            public static Tensor logsigmoid(Tensor x) => x.log_sigmoid();
            public static Tensor prelu(Tensor input, Tensor weight) => Call("prelu", input, weight);
            public static Tensor relu6(Tensor x, bool inplace = false) => inplace ? x.relu6_() : x.relu6();
            public static Tensor celu(Tensor x, double alpha, bool inplace = false) => inplace ? Changed("celu_", x, alpha) : x.celu(alpha);
            public static Tensor selu(Tensor x, bool inplace = false) => inplace ? x.selu_() : x.selu();
            public static Tensor glu(Tensor input, long dim = -1) => input.glu(dim);
            public static Tensor mish(Tensor x, bool inplace = false) => inplace ? Changed("mish_", x) : Call("mish", x);
            public static Tensor hardshrink(Tensor x, double lambda = 0.5) => Call("hardshrink", x, lambda);
            public static Tensor softshrink(Tensor x, double lambda = 0.5) => Call("softshrink", x, lambda);
            public static Tensor hardsigmoid(Tensor input, bool inplace = false) => inplace ? Changed("hardsigmoid_", input) : input.hardsigmoid();
            public static Tensor hardswish(Tensor input, bool inplace = false) => inplace ? Changed("hardswish_", input) : input.hardswish();
            public static Tensor hardtanh(Tensor x, double min_val = -1.0, double max_val = 1.0, bool inplace = false) => inplace ? x.hardtanh_(min_val, max_val) : x.hardtanh(min_val, max_val);
            public static Tensor threshold(Tensor x, double threshold, double value, bool inplace = false) => inplace ? Changed("threshold_", x, threshold, value) : x.threshold(threshold, value);
            public static Tensor rrelu(Tensor x, double lower = 1.0 / 8.0, double upper = 1.0 / 3.0, bool inplace = false) => inplace ? Changed("rrelu_", x, lower, upper, false) : x.rrelu(lower, upper);
            public static Tensor softmin(Tensor x, long dim) => (-x).softmax(dim);
            public static Tensor softmax2d(Tensor x) => x.softmax(-3);
            public static Tensor softsign(Tensor x, bool inplace = false) => inplace ? x.div_(x.abs() + 1) : x / (x.abs() + 1);
            public static Tensor tanhshrink(Tensor x, bool inplace = false) => inplace ? x.sub_(x.tanh()) : x - x.tanh();

            private static Tensor Changed(string op, Tensor tensor, params ReadOnlySpan<Arg> arguments)
            {
                Do(op, [tensor, .. arguments]);
                return tensor;
            }
        }
    }
}
