// Batch norm whose statistics are those of the whole group's batch (Ioffe and Szegedy 2015, over processes).
//
// aten::batch_norm gets a kernel of ours in front of its own, so that a model needs no other layers: while a thread has a
// group set, a normalisation in training mode exchanges each channel's mean, sum of squared deviations and count; the
// backward pass sums dy and dy·x̂. Elsewhere the call goes on to libtorch's own kernel.
#include <ATen/ops/batch_norm_native.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <mutex>
#include <type_traits>
#include <vector>

#include "distributed.h"

using namespace facemix;

namespace {

thread_local const Group* tl_group = nullptr;

// c10::optional or std::optional, as this libtorch has it.
template <typename Result, typename First, typename Second, typename... Rest>
Second second_argument(Result (*)(First, Second, Rest...));
using OptionalTensor = std::decay_t<decltype(second_argument(&at::native::batch_norm))>;

at::Tensor value_of(const OptionalTensor& tensor) { return tensor.has_value() ? *tensor : at::Tensor(); }

at::Tensor per_channel(const at::Tensor& values, const at::Tensor& like) {
  std::vector<int64_t> shape(like.dim(), 1);
  shape[1] = -1;
  return values.view(shape);
}

bool is_reduced(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

struct Statistics {
  at::Tensor mean;      // [C], float64
  at::Tensor variance;  // [C], float64, biased
  double count;         // values per channel in the whole group
};

// Parts are combined by their means and squared deviations (Chan, Golub and LeVeque 1979): a sum of squares would
// lose digits in float32.
Statistics exchange(const Group& group, const at::Tensor& x) {
  const auto channels = x.size(1);
  const auto local_count = static_cast<double>(x.numel() / std::max<int64_t>(channels, 1));
  auto [local_mean, local_variance] = at::batch_norm_update_stats(x, OptionalTensor(), OptionalTensor(), 0.0);
  const auto options = at::TensorOptions(at::kDouble).device(x.device());
  auto own = at::cat({local_mean.to(at::kDouble), local_variance.to(at::kDouble).mul(local_count),
                      at::full({1}, local_count, options)});
  std::vector<std::vector<at::Tensor>> parts(1);
  for (int i = 0; i < group.size; ++i) parts[0].push_back(at::empty_like(own));
  std::vector<at::Tensor> input{own};
  c10d::AllgatherOptions gather;
  gather.timeout = group.timeout;
  group.wait(*group.noting_failure([&] { return group.collectives->allgather(parts, input, gather); }));

  const auto all = at::stack(parts[0]);                       // [group, 2C + 1]
  const auto means = all.narrow(1, 0, channels);              // [group, C]
  const auto deviations = all.narrow(1, channels, channels);  // [group, C]
  const auto counts = all.narrow(1, 2 * channels, 1);         // [group, 1]
  const auto total = counts.sum();
  const auto mean = (means * counts).sum(0) / total;
  const auto squares = (deviations + counts * (means - mean).square()).sum(0);
  return {mean, squares / total, total.item<double>()};
}

struct SyncBatchNorm : public torch::autograd::Function<SyncBatchNorm> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input,
                            const OptionalTensor& maybe_weight, const OptionalTensor& maybe_bias,
                            const OptionalTensor& maybe_running_mean, const OptionalTensor& maybe_running_variance,
                            double momentum, double epsilon, int64_t handle) {
    const auto weight = value_of(maybe_weight), bias = value_of(maybe_bias);
    auto running_mean = value_of(maybe_running_mean), running_variance = value_of(maybe_running_variance);
    const auto& group = *reinterpret_cast<const Group*>(handle);
    const auto x = is_reduced(input.scalar_type()) ? input.to(at::kFloat) : input;
    const auto type = x.scalar_type();
    const auto statistics = exchange(group, x);
    if (running_mean.defined()) {
      // PyTorch keeps the unbiased variance.
      const auto unbiased = statistics.variance * (statistics.count / std::max(statistics.count - 1, 1.0));
      running_mean.mul_(1 - momentum).add_(statistics.mean.to(running_mean.scalar_type()), momentum);
      running_variance.mul_(1 - momentum).add_(unbiased.to(running_variance.scalar_type()), momentum);
    }
    const auto mean = statistics.mean.to(type);
    const auto variance = statistics.variance.to(type);
    const auto scale = weight.defined() ? weight.to(type) : at::ones_like(mean);
    const auto shift = bias.defined() ? bias.to(type) : at::zeros_like(mean);
    auto output = std::get<0>(at::native_batch_norm(x, scale, shift, mean, variance, false, 0.0, epsilon));
    context->save_for_backward({x, scale, mean, variance});
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["count"] = statistics.count;
    context->saved_data["group"] = handle;
    context->saved_data["weight"] = weight.defined();
    context->saved_data["bias"] = bias.defined();
    return output.to(input.scalar_type());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &scale = saved[1], &mean = saved[2], &variance = saved[3];
    const auto epsilon = context->saved_data["epsilon"].toDouble();
    const auto count = context->saved_data["count"].toDouble();
    const auto& group = *reinterpret_cast<const Group*>(context->saved_data["group"].toInt());
    const auto dy = gradients[0].to(x.scalar_type()).contiguous(x.suggest_memory_format());

    // With fixed statistics libtorch's kernel gives dy·w/σ, Σ dy·x̂ and Σ dy; what the statistics themselves
    // depend on is taken off afterwards.
    auto [dx, dscale, dshift] =
        at::native_batch_norm_backward(dy, x, scale, mean, variance, at::Tensor(), at::Tensor(), false, epsilon,
                                       {true, true, true});
    auto sums = at::cat({dshift.to(at::kDouble), dscale.to(at::kDouble)});
    group.wait(*group.all_reduce(sums, c10d::ReduceOp::SUM));
    const auto channels = x.size(1);
    const auto mean_dy = sums.narrow(0, 0, channels) / count;
    const auto mean_dy_x = sums.narrow(0, channels, channels) / count;
    const auto inverse = (variance.to(at::kDouble) + epsilon).rsqrt();
    const auto factor = inverse * scale.to(at::kDouble);
    const auto slope = factor * inverse * mean_dy_x;
    const auto offset = factor * mean_dy - slope * mean.to(at::kDouble);
    dx = dx.sub_(per_channel(offset.to(x.scalar_type()), x)).addcmul_(x, per_channel(slope.to(x.scalar_type()), x), -1);

    const at::Tensor none;
    return {dx,   context->saved_data["weight"].toBool() ? dscale : none,
            context->saved_data["bias"].toBool() ? dshift : none,
            none, none, none, none, none};
  }
};

at::Tensor batch_norm(const at::Tensor& input, const OptionalTensor& weight, const OptionalTensor& bias,
                      const OptionalTensor& running_mean, const OptionalTensor& running_variance, bool training,
                      double momentum, double epsilon, bool cudnn_enabled) {
  if (!training || tl_group == nullptr || tl_group->size == 1)
    return at::native::batch_norm(input, weight, bias, running_mean, running_variance, training, momentum, epsilon,
                                  cudnn_enabled);
  TORCH_CHECK(input.dim() >= 2, "batch norm takes [N, C, ...], not ", input.dim(), " dimensions");
  return SyncBatchNorm::apply(input, weight, bias, running_mean, running_variance, momentum, epsilon,
                              reinterpret_cast<int64_t>(tl_group));
}

// Not before it is asked for: a process by itself keeps libtorch's own path untouched.
void put_in_front() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const auto key : {c10::DispatchKey::AutogradCPU, c10::DispatchKey::AutogradCUDA}) {
      // Lives as long as the process.
      auto* library = new torch::Library(torch::Library::IMPL, "aten", key, __FILE__, __LINE__);
      library->impl("batch_norm", &batch_norm);
    }
  });
}

}  // namespace

int fm_sync_batch_norm(void* group) {
  return guarded([&] {
    if (group != nullptr) put_in_front();
    tl_group = static_cast<const Group*>(group);
  });
}
