// Layers that some libtorch run on the CPU by the system's BLAS alone, where oneDNN, which they carry, is many times
// faster: transposed convolutions, and dense layers where the BLAS is the reference one. In every other case (another
// device, another type, autocast, oneDNN switched off) these are ATen's own operators.
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <dlfcn.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "common.h"

namespace facemix {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;
using Bias = c10::optional<at::Tensor>;
using Pair = std::vector<int64_t>;
using Gemm = int (*)(char, char, int64_t, int64_t, int64_t, float, const float*, int64_t, const float*, int64_t, float,
                     float*, int64_t);

// oneDNN's product of row-major matrices, where it is a library of its own. One inside libtorch does not show it.
Gemm gemm() {
  static const auto found = reinterpret_cast<Gemm>(dlsym(RTLD_DEFAULT, "dnnl_sgemm"));
  return found;
}

bool autocast_on_cpu() {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  return at::autocast::is_autocast_enabled(at::kCPU);
#else
  return at::autocast::is_cpu_enabled();
#endif
}

bool plain(const at::Tensor& tensor) {
  return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.layout() == at::kStrided && tensor.numel() > 0;
}

bool plain(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias) {
  const auto& context = at::globalContext();
  return plain(input) && plain(weight) && (!bias.defined() || plain(bias)) && context.hasMKLDNN() &&
         context.userEnabledMkldnn() && !autocast_on_cpu();
}

bool differentiates(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias) {
  return c10::GradMode::is_enabled() &&
         (input.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad()));
}

// op(a) · op(b) + beta·c, where 'T' is the transpose.
void multiply(char op_a, char op_b, const at::Tensor& a, const at::Tensor& b, float beta, const at::Tensor& c) {
  const auto inner = op_a == 'T' ? a.size(0) : a.size(1);
  const auto status = gemm()(op_a, op_b, c.size(0), c.size(1), inner, 1, a.data_ptr<float>(), a.size(1),
                             b.data_ptr<float>(), b.size(1), beta, c.data_ptr<float>(), c.size(1));
  TORCH_CHECK(status == 0, "oneDNN refused a matrix product with status ", status);
}

at::Tensor dense(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias) {
  auto output = at::empty({input.size(0), weight.size(0)}, input.options());
  if (bias.defined()) output.copy_(bias.expand_as(output));
  multiply('N', 'T', input, weight, bias.defined() ? 1 : 0, output);
  return output;
}

struct Dense : Function<Dense> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, Bias bias) {
    context->save_for_backward({input, weight});
    context->saved_data["bias"] = bias.has_value();
    return dense(input, weight, bias.value_or(at::Tensor()));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto& input = saved[0];
    const auto& weight = saved[1];
    // A gradient that will be differentiated again is made of operators that can be.
    const auto again = c10::GradMode::is_enabled();
    const auto slope = again ? gradients[0] : gradients[0].contiguous();
    variable_list results(3);
    if (context->needs_input_grad(0)) {
      results[0] = again ? slope.mm(weight) : at::empty_like(input);
      if (!again) multiply('N', 'N', slope, weight, 0, results[0]);
    }
    if (context->needs_input_grad(1)) {
      results[1] = again ? slope.t().mm(input) : at::empty_like(weight);
      if (!again) multiply('T', 'N', slope, input, 0, results[1]);
    }
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2)) results[2] = slope.sum(0);
    return results;
  }
};

at::Tensor dense_layer(const at::Tensor& input, const at::Tensor& weight, const Bias& given) {
  const auto bias = given.value_or(at::Tensor());
  const auto fits = plain(input, weight, bias) && gemm() != nullptr && input.dim() >= 2 && weight.dim() == 2 &&
                    input.size(-1) == weight.size(1) && (!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0)));
  if (!fits) return at::linear(input, weight, given);
  const auto rows = input.reshape({-1, input.size(-1)}).contiguous();
  const auto matrix = weight.contiguous();
  const auto output = differentiates(rows, matrix, bias) ? Dense::apply(rows, matrix, given) : dense(rows, matrix, bias);
  if (input.dim() == 2) return output;
  auto shape = input.sizes().vec();
  shape.back() = weight.size(0);
  return output.view(shape);
}

// A transposed convolution is the gradient of a convolution with the same weight by its input.
at::Tensor transposed(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, const Pair& size,
                      const Pair& stride, const Pair& padding, const Pair& dilation, int64_t groups) {
  // Only its shape and layout are read.
  const auto shape = at::empty({input.size(0), weight.size(1) * groups, size[0], size[1]},
                               input.options().memory_format(input.suggest_memory_format()));
  auto output = std::get<0>(at::convolution_backward(input, shape, weight, c10::nullopt, stride, padding, dilation, false,
                                                     {0, 0}, groups, {true, false, false}));
  if (bias.defined()) output.add_(bias.view({1, -1, 1, 1}));
  return output;
}

struct Transposed : Function<Transposed> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight,
                            Bias bias, Pair size, Pair stride, Pair padding, Pair dilation, int64_t groups) {
    context->save_for_backward({input, weight});
    context->saved_data["bias"] = bias.has_value();
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["dilation"] = dilation;
    context->saved_data["groups"] = groups;
    return transposed(input, weight, bias.value_or(at::Tensor()), size, stride, padding, dilation, groups);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto& input = saved[0];
    const auto& weight = saved[1];
    const auto& slope = gradients[0];
    const auto stride = context->saved_data["stride"].toIntVector();
    const auto padding = context->saved_data["padding"].toIntVector();
    const auto dilation = context->saved_data["dilation"].toIntVector();
    const auto groups = context->saved_data["groups"].toInt();
    variable_list results(8);
    if (context->needs_input_grad(0))
      results[0] = at::convolution(slope, weight, {}, stride, padding, dilation, false, {0, 0}, groups);
    if (context->needs_input_grad(1))
      results[1] = std::get<1>(at::convolution_backward(input, slope, weight, c10::nullopt, stride, padding, dilation,
                                                        false, {0, 0}, groups, {false, true, false}));
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2)) results[2] = slope.sum({0, 2, 3});
    return results;
  }
};

at::Tensor transposed_layer(const at::Tensor& input, const at::Tensor& weight, const Bias& given, at::IntArrayRef stride,
                            at::IntArrayRef padding, at::IntArrayRef output_padding, int64_t groups,
                            at::IntArrayRef dilation) {
  const auto bias = given.value_or(at::Tensor());
  auto fits = plain(input, weight, bias) && input.dim() == 4 && weight.dim() == 4 && groups > 0 &&
              input.size(1) == weight.size(0) && weight.size(0) % groups == 0 &&
              (!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(1) * groups));
  Pair size(2);
  for (int i = 0; fits && i < 2; ++i) {
    size[i] = (input.size(i + 2) - 1) * stride[i] - 2 * padding[i] + dilation[i] * (weight.size(i + 2) - 1) + 1 + output_padding[i];
    fits = stride[i] > 0 && padding[i] >= 0 && dilation[i] > 0 && output_padding[i] >= 0 &&
           output_padding[i] < stride[i] && size[i] > 0;
  }
  // What does not fit is ATen's to run or to refuse.
  if (!fits) return at::conv_transpose2d(input, weight, given, stride, padding, output_padding, groups, dilation);
  if (!differentiates(input, weight, bias))
    return transposed(input, weight, bias, size, stride.vec(), padding.vec(), dilation.vec(), groups);
  return Transposed::apply(input, weight, given, size, stride.vec(), padding.vec(), dilation.vec(), groups);
}

// A 3x3 convolution over cells that were doubled sees each cell twice or once: it is a transposed convolution of stride 2
// over the cells themselves, whose 4x4 kernel holds sums of the 3x3 one's weights. That is 4/9 of the products, and the
// doubled map is never made. In one direction (w0, w1, w2) becomes (w2, w1 + w2, w0 + w1, w0).
at::Tensor double_conv2d(const at::Tensor& input, const at::Tensor& weight, const Bias& given) {
  const auto bias = given.value_or(at::Tensor());
  const auto fits = plain(input, weight, bias) && input.dim() == 4 && weight.dim() == 4 && weight.size(2) == 3 &&
                    weight.size(3) == 3 && input.size(1) == weight.size(1);
  if (!fits) return at::conv2d(at::upsample_nearest2d(input, at::OptionalIntArrayRef(), at::ArrayRef<double>{2, 2}), weight, given, 1, 1);
  static const auto sums = [] {
    const auto line = at::tensor({0.F, 0.F, 1.F, 0.F, 1.F, 1.F, 1.F, 1.F, 0.F, 1.F, 0.F, 0.F}).view({4, 3});
    return at::kron(line, line);  // [16, 9]
  }();
  const auto kernel = dense_layer(weight.transpose(0, 1).reshape({-1, 9}), sums, {})
                          .view({weight.size(1), weight.size(0), 4, 4});
  return transposed_layer(input, kernel, given, {2, 2}, {1, 1}, {0, 0}, 1, {1, 1});
}

TORCH_LIBRARY_FRAGMENT(facemix, library) {
  library.def("double_conv2d(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", double_conv2d);
  library.def("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", dense_layer);
  library.def(
      "conv_transpose2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, "
      "int[2] output_padding=0, int groups=1, int[2] dilation=1) -> Tensor",
      transposed_layer);
}

}  // namespace
}  // namespace facemix
