using static FaceMix.Torch.Aten;

namespace TorchSharp;

public static partial class torch
{
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    // One number in, one number out. A name that ends in "_" changes the tensor itself.
    public partial class Tensor
    {
        public Tensor abs() => Call("abs", this);
        public Tensor abs_() => In("abs_", this);
        public Tensor acos() => Call("acos", this);
        public Tensor acos_() => In("acos_", this);
        public Tensor asin() => Call("asin", this);
        public Tensor asin_() => In("asin_", this);
        public Tensor atan() => Call("atan", this);
        public Tensor atan_() => In("atan_", this);
        public Tensor ceil() => Call("ceil", this);
        public Tensor ceil_() => In("ceil_", this);
        public Tensor cos() => Call("cos", this);
        public Tensor cos_() => In("cos_", this);
        public Tensor cosh() => Call("cosh", this);
        public Tensor cosh_() => In("cosh_", this);
        public Tensor sin() => Call("sin", this);
        public Tensor sin_() => In("sin_", this);
        public Tensor sinh() => Call("sinh", this);
        public Tensor sinh_() => In("sinh_", this);
        public Tensor tan() => Call("tan", this);
        public Tensor tan_() => In("tan_", this);
        public Tensor tanh() => Call("tanh", this);
        public Tensor tanh_() => In("tanh_", this);
        public Tensor erf() => Call("erf", this);
        public Tensor erf_() => In("erf_", this);
        public Tensor erfc() => Call("erfc", this);
        public Tensor erfc_() => In("erfc_", this);
        public Tensor erfinv() => Call("erfinv", this);
        public Tensor erfinv_() => In("erfinv_", this);
        public Tensor exp() => Call("exp", this);
        public Tensor exp_() => In("exp_", this);
        public Tensor exp2() => Call("exp2", this);
        public Tensor expm1() => Call("expm1", this);
        public Tensor expm1_() => In("expm1_", this);
        public Tensor floor() => Call("floor", this);
        public Tensor floor_() => In("floor_", this);
        public Tensor frac() => Call("frac", this);
        public Tensor frac_() => In("frac_", this);
        public Tensor lgamma() => Call("lgamma", this);
        public Tensor lgamma_() => In("lgamma_", this);
        public Tensor digamma() => Call("digamma", this);
        public Tensor digamma_() => In("digamma_", this);
        public Tensor log() => Call("log", this);
        public Tensor log_() => In("log_", this);
        public Tensor log10() => Call("log10", this);
        public Tensor log10_() => In("log10_", this);
        public Tensor log1p() => Call("log1p", this);
        public Tensor log1p_() => In("log1p_", this);
        public Tensor log2() => Call("log2", this);
        public Tensor log2_() => In("log2_", this);
        public Tensor logical_not() => Call("logical_not", this);
        public Tensor logical_not_() => In("logical_not_", this);
        public Tensor neg() => Call("neg", this);
        public Tensor neg_() => In("neg_", this);
        public Tensor reciprocal() => Call("reciprocal", this);
        public Tensor reciprocal_() => In("reciprocal_", this);
        public Tensor relu() => Call("relu", this);
        public Tensor relu_() => In("relu_", this);
        public Tensor rsqrt() => Call("rsqrt", this);
        public Tensor rsqrt_() => In("rsqrt_", this);
        public Tensor sigmoid() => Call("sigmoid", this);
        public Tensor sigmoid_() => In("sigmoid_", this);
        public Tensor sign() => Call("sign", this);
        public Tensor sign_() => In("sign_", this);
        public Tensor sqrt() => Call("sqrt", this);
        public Tensor sqrt_() => In("sqrt_", this);
        public Tensor trunc() => Call("trunc", this);
        public Tensor trunc_() => In("trunc_", this);
        public Tensor isfinite() => Call("isfinite", this);
        public Tensor isinf() => Call("isinf", this);
        public Tensor isnan() => Call("isnan", this);
        public Tensor isposinf() => Call("isposinf", this);
        public Tensor isneginf() => Call("isneginf", this);
        public Tensor square() => pow(2);
        public Tensor negative() => neg();
        public Tensor absolute() => abs();
        public Tensor round(long decimals = 0L) => Call("round.decimals", this, decimals);
        public Tensor round_(long decimals = 0L) => In("round_.decimals", this, decimals);
        public Tensor logit(double? eps = null) => Call("logit", this, eps);
        public Tensor nan_to_num(double nan = 0d, double? posinf = null, double? neginf = null) => Call("nan_to_num", this, nan, posinf, neginf);
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Call("clamp", this, min, max);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Call("clamp.Tensor", this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => In("clamp_", this, min, max);
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => In("clamp_.Tensor", this, min, max);
        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);
        public Tensor clamp_max(Scalar max) => Call("clamp_max", this, max);
        public Tensor clamp_max_(Scalar max) => In("clamp_max_", this, max);
        public Tensor clamp_min(Scalar min) => Call("clamp_min", this, min);
        public Tensor clamp_min_(Scalar min) => In("clamp_min_", this, min);
        public Tensor fill_(Scalar value) => In("fill_.Scalar", this, value);
        public Tensor zero_() => In("zero_", this);

        public Tensor silu() => Call("silu", this);
        public Tensor silu_() => In("silu_", this);
        public Tensor gelu() => Call("gelu", this);
        public Tensor elu(double alpha = 1) => Call("elu", this, alpha);
        public Tensor leaky_relu(Scalar negative_slope) => Call("leaky_relu", this, negative_slope);
        public Tensor leaky_relu_(Scalar negative_slope) => In("leaky_relu_", this, negative_slope);
        public Tensor hardtanh(Scalar min, Scalar max) => Call("hardtanh", this, min, max);
        public Tensor log_sigmoid() => Call("log_sigmoid", this);
        public Tensor softplus(double beta = 1, double threshold = 20) => Call("softplus", this, beta, threshold);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Call("softmax.int", this, dim, dtype);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Call("log_softmax.int", this, dim, dtype);
        public Tensor sgn() => Call("sgn", this);
        public Tensor sinc() => Call("sinc", this);
        public Tensor signbit() => Call("signbit", this);
        public Tensor fix() => trunc();
        public Tensor deg2rad() => Call("deg2rad", this);
        public Tensor rad2deg() => Call("rad2deg", this);
        public Tensor i0() => Call("i0", this);
        public Tensor positive() => alias();
        public Tensor polygamma(long p) => Call("polygamma", p, this);
        public Tensor gelu_() => In("gelu_", this);
        public Tensor elu_(double alpha = 1.0) => In("elu_", this, alpha);
        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => Call("elu", this, alpha, scale, input_scale);
        public Tensor selu() => Call("selu", this);
        public Tensor selu_() => In("selu_", this);
        public Tensor celu() => Call("celu", this);
        public Tensor celu(Scalar alpha) => Call("celu", this, alpha);
        public Tensor relu6() => Call("relu6", this);
        public Tensor relu6_() => In("relu6_", this);
        public Tensor hardsigmoid() => Call("hardsigmoid", this);
        public Tensor hardswish() => Call("hardswish", this);
        public Tensor hardtanh_(Scalar min, Scalar max) => In("hardtanh_", this, min, max);
        public Tensor prelu(Tensor target) => Call("prelu", this, target);
        public Tensor rrelu(double lower = 0.125, double upper = 1.0 / 3.0) => Call("rrelu", this, lower, upper, false);
        public Tensor glu(long dim = -1) => Call("glu", this, dim);
        public Tensor threshold(Scalar threshold, Scalar value) => Call("threshold", this, threshold, value);

        // In place: the result is this tensor.
        private Tensor In(string op, params ReadOnlySpan<FaceMix.Torch.Arg> arguments)
        {
            Do(op, arguments);
            return this;
        }
    }
}
