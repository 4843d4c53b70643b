// The end of a training step in which nothing depends on a number of the host: it can be recorded once and replayed while
// rates move, and a step that must not count is left out on the device itself.
#include "fixed_step.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/api/include/torch/version.h>

#include "common.h"

// 2.1 multiplies lists by a tensor; 2.4 has Adam in one kernel on the CPU, too, so that it can be tested without a GPU.
#define FM_TORCH(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

using namespace facemix;

namespace {

#if FM_TORCH(2, 1)
void multiply(std::vector<at::Tensor>& tensors, const at::Tensor& factor) {
  at::_foreach_mul_(tensors, factor.to(tensors[0].scalar_type()));
}
#else
void multiply(std::vector<at::Tensor>& tensors, const at::Tensor& factor) {
  for (auto& tensor : tensors) tensor.mul_(factor);
}
#endif

struct Slots {
  std::vector<at::Tensor> parameters, gradients, means, squares;
};

#if FM_TORCH(2, 4)
// PyTorch's own kernel for gradients that may overflow: it does nothing where they did.
void in_one_kernel(Slots& slots, const at::Tensor& rate, const at::Tensor& step, const at::Tensor& taken,
                   const FmAdam& options) {
  const std::vector<at::Tensor> steps(slots.parameters.size(), step.to(at::kFloat));
  const auto left_out = taken.logical_not().to(at::kFloat);
  const auto single = rate.to(at::kFloat);
  if (options.decoupled)
    at::_fused_adamw_(slots.parameters, slots.gradients, slots.means, slots.squares, {}, steps, single, options.beta1,
                      options.beta2, options.decay, options.epsilon, false, false, {}, left_out);
  else
    at::_fused_adam_(slots.parameters, slots.gradients, slots.means, slots.squares, {}, steps, single, options.beta1,
                     options.beta2, options.decay, options.epsilon, false, false, {}, left_out);
}
#endif

void by_operations(Slots& slots, const at::Tensor& rate, const at::Tensor& step, const at::Tensor& taken,
                   const FmAdam& options) {
  const auto root = (1 - at::pow(options.beta2, step)).sqrt();
  const auto by = rate / (1 - at::pow(options.beta1, step));
  const auto shrink = 1 - rate * options.decay;
  for (size_t i = 0; i < slots.parameters.size(); ++i) {
    auto& [parameters, gradients, means, squares] = slots;
    const auto value = options.decoupled ? parameters[i] * shrink : parameters[i];
    const auto slope = options.decoupled ? gradients[i] : gradients[i] + value * options.decay;
    const auto mean = means[i] * options.beta1 + slope * (1 - options.beta1);
    const auto square = squares[i] * options.beta2 + slope * slope * (1 - options.beta2);
    const auto next = value - mean * by / (square.sqrt() / root + options.epsilon);
    means[i].copy_(at::where(taken, mean, means[i]));
    squares[i].copy_(at::where(taken, square, squares[i]));
    parameters[i].copy_(at::where(taken, next, parameters[i]));
  }
}

#if FM_TORCH(2, 1)
// A parameter is a number whether its step counted or not; a statistic of a batch that was left out need not be.
bool in_lists(const at::Tensor& source) { return source.requires_grad(); }

void average_lists(std::vector<at::Tensor>& slow, const std::vector<at::Tensor>& fast, const at::Tensor& kept) {
  multiply(slow, kept);
  at::_foreach_add_(slow, at::_foreach_mul(fast, (1 - kept).to(fast[0].scalar_type())));
}
#else
bool in_lists(const at::Tensor&) { return false; }

void average_lists(std::vector<at::Tensor>&, const std::vector<at::Tensor>&, const at::Tensor&) {}
#endif

}  // namespace

at::Tensor facemix::clip_where_they_are(std::vector<at::Tensor>& gradients, double limit) {
  std::vector<at::Tensor> norms;
  for (const auto& each : at::_foreach_norm(gradients, 2)) norms.push_back(each.to(at::kDouble));
  const auto total = at::stack(norms).norm(2);
  if (limit > 0) multiply(gradients, (limit / (total + 1e-6)).clamp_max(1.0));
  return total;
}

int fm_fixed_clip(void* const* parameters, int32_t count, double limit, void** norm) {
  return guarded([&] {
    c10::NoGradGuard no_grad;
    std::vector<at::Tensor> gradients;
    for (int32_t i = 0; i < count; ++i) {
      auto gradient = borrow(parameters[i]).grad();
      if (gradient.defined()) gradients.push_back(std::move(gradient));
    }
    *norm = release(clip_where_they_are(gradients, limit));
  });
}

int fm_fixed_adam(void* const* parameters, void* const* means, void* const* squares, int32_t count, void* rate,
                  void* step, void* taken, const FmAdam* options) {
  return guarded([&] {
    c10::NoGradGuard no_grad;
    Slots slots;
    for (int32_t i = 0; i < count; ++i) {
      auto parameter = borrow(parameters[i]);
      auto gradient = parameter.grad();
      if (!gradient.defined()) continue;
      slots.gradients.push_back(std::move(gradient));
      slots.parameters.push_back(std::move(parameter));
      slots.means.push_back(borrow(means[i]));
      slots.squares.push_back(borrow(squares[i]));
    }
    if (slots.parameters.empty()) return;
#if FM_TORCH(2, 4)
    // Its rate is float32.
    if (slots.parameters[0].scalar_type() == at::kFloat) {
      in_one_kernel(slots, borrow(rate), borrow(step), borrow(taken), *options);
      return;
    }
#endif
    by_operations(slots, borrow(rate), borrow(step), borrow(taken), *options);
  });
}

int fm_fixed_average(void* const* averages, void* const* sources, int32_t count, void* kept, void* taken) {
  return guarded([&] {
    c10::NoGradGuard no_grad;
    const auto share = borrow(kept);
    const auto counts = borrow(taken);
    std::vector<at::Tensor> slow, fast;
    for (int32_t i = 0; i < count; ++i) {
      const auto average = borrow(averages[i]);
      const auto source = borrow(sources[i]);
      if (in_lists(source)) {
        slow.push_back(average);
        fast.push_back(source);
      } else {
        average.copy_(at::where(counts, average * share + source * (1 - share), average));
      }
    }
    if (!slow.empty()) average_lists(slow, fast, at::where(counts, share, 1.0));
  });
}
