#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "common.h"
#include "fixed_step.h"
#include "vectorised.h"

using namespace facemix;

namespace {

constexpr int64_t kChunk = 1 << 16;

struct Slot {
  at::Tensor parameter, gradient, mean, square, largest;
  int64_t step;
};

// What one step of Adam multiplies by, in the tensors' own type as ATen's operators have it.
template <typename T>
struct Coefficients {
  T beta1, one_less_beta1, beta2, one_less_beta2, epsilon, root, rate, decay, shrink;
};

template <typename T>
Coefficients<T> coefficients(const FmAdam& options, int64_t step) {
  const auto correction1 = 1 - std::pow(options.beta1, static_cast<double>(step));
  const auto correction2 = 1 - std::pow(options.beta2, static_cast<double>(step));
  const auto decay = options.decoupled ? 0 : options.decay;
  const auto shrink = options.decoupled ? 1 - options.rate * options.decay : 1;
  return {static_cast<T>(options.beta1), static_cast<T>(1 - options.beta1), static_cast<T>(options.beta2),
          static_cast<T>(1 - options.beta2), static_cast<T>(options.epsilon), static_cast<T>(std::sqrt(correction2)),
          static_cast<T>(options.rate / correction1), static_cast<T>(decay), static_cast<T>(shrink)};
}

template <typename T>
struct Pointers {
  T* parameter;
  const T* gradient;
  T* mean;
  T* square;
  T* largest;
};

// One pass over memory where the operators would take thirteen.
template <typename T, bool kLargest>
FM_INLINE void adam(const Pointers<T>& at, int64_t count, const Coefficients<T>& by, T sign) {
  T* __restrict parameter = at.parameter;
  const T* __restrict gradient = at.gradient;
  T* __restrict mean = at.mean;
  T* __restrict square = at.square;
  T* __restrict largest = at.largest;
  for (int64_t i = 0; i < count; ++i) {
    const T value = parameter[i] * by.shrink;
    const T slope = sign * gradient[i] + by.decay * value;
    const T m = mean[i] * by.beta1 + by.one_less_beta1 * slope;
    const T v = square[i] * by.beta2 + by.one_less_beta2 * slope * slope;
    mean[i] = m;
    square[i] = v;
    T second = v;
    if (kLargest) {
      second = largest[i] > v ? largest[i] : v;
      largest[i] = second;
    }
    parameter[i] = value - by.rate * m / (std::sqrt(second) / by.root + by.epsilon);
  }
}

FM_VECTORISED void adam_float(const Pointers<float>& at, int64_t count, const Coefficients<float>& by, float sign) {
  adam<float, false>(at, count, by, sign);
}
FM_VECTORISED void adam_double(const Pointers<double>& at, int64_t count, const Coefficients<double>& by, double sign) {
  adam<double, false>(at, count, by, sign);
}
FM_VECTORISED void amsgrad_float(const Pointers<float>& at, int64_t count, const Coefficients<float>& by, float sign) {
  adam<float, true>(at, count, by, sign);
}
FM_VECTORISED void amsgrad_double(const Pointers<double>& at, int64_t count, const Coefficients<double>& by,
                                  double sign) {
  adam<double, true>(at, count, by, sign);
}

void run(const Pointers<float>& at, int64_t count, const Coefficients<float>& by, float sign) {
  (at.largest == nullptr ? adam_float : amsgrad_float)(at, count, by, sign);
}
void run(const Pointers<double>& at, int64_t count, const Coefficients<double>& by, double sign) {
  (at.largest == nullptr ? adam_double : amsgrad_double)(at, count, by, sign);
}

template <typename T>
void chunk(const Slot& slot, int64_t begin, const FmAdam& options) {
  const auto count = std::min(kChunk, slot.parameter.numel() - begin);
  const Pointers<T> at{slot.parameter.data_ptr<T>() + begin, slot.gradient.data_ptr<T>() + begin,
                       slot.mean.data_ptr<T>() + begin, slot.square.data_ptr<T>() + begin,
                       slot.largest.defined() ? slot.largest.data_ptr<T>() + begin : nullptr};
  run(at, count, coefficients<T>(options, slot.step), options.maximize ? T(-1) : T(1));
}

bool alike(const at::Tensor& tensor, const at::Tensor& parameter) {
  return !tensor.defined() || (tensor.is_cpu() && tensor.scalar_type() == parameter.scalar_type() &&
                               tensor.strides() == parameter.strides() && tensor.sizes() == parameter.sizes());
}

// Whether the four lie in main memory element for element alike; a gradient that does not is laid out anew.
bool in_one_pass(Slot& slot) {
  const auto& parameter = slot.parameter;
  const auto type = parameter.scalar_type();
  if (!parameter.is_cpu() || (type != at::kFloat && type != at::kDouble) || !parameter.is_non_overlapping_and_dense() ||
      !alike(slot.mean, parameter) || !alike(slot.square, parameter) || !alike(slot.largest, parameter))
    return false;
  TORCH_CHECK(!slot.gradient.is_sparse(), "Adam does not take sparse gradients");
  if (!alike(slot.gradient, parameter)) slot.gradient = at::empty_like(parameter).copy_(slot.gradient);
  return true;
}

void step_in_one_pass(const std::vector<Slot>& slots, const FmAdam& options) {
  std::vector<std::pair<const Slot*, int64_t>> chunks;
  for (const auto& slot : slots)
    for (int64_t begin = 0; begin < slot.parameter.numel(); begin += kChunk) chunks.emplace_back(&slot, begin);
  const auto total = static_cast<int64_t>(chunks.size());
  const auto threads = static_cast<int>(std::min<int64_t>(at::get_num_threads(), total));
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
  for (int64_t i = 0; i < total; ++i) {
    const auto& [slot, begin] = chunks[i];
    if (slot->parameter.scalar_type() == at::kFloat)
      chunk<float>(*slot, begin, options);
    else
      chunk<double>(*slot, begin, options);
  }
  // So that a backward pass through a graph that still needs the old values is refused.
  for (const auto& slot : slots) slot.parameter.unsafeGetTensorImpl()->bump_version();
}

// On other devices and in shorter types: one kernel, or one launch, for all parameters at each operation.
void step_by_operations(const std::vector<Slot>& slots, const FmAdam& options) {
  std::vector<at::Tensor> parameters, gradients, means, squares, largest;
  std::vector<at::Scalar> roots, rates;
  for (const auto& slot : slots) {
    parameters.push_back(slot.parameter);
    gradients.push_back(slot.gradient);
    means.push_back(slot.mean);
    squares.push_back(slot.square);
    if (slot.largest.defined()) largest.push_back(slot.largest);
    const auto by = coefficients<double>(options, slot.step);
    roots.emplace_back(by.root);
    rates.emplace_back(-by.rate);
  }
  if (options.maximize) gradients = at::_foreach_neg(gradients);
  if (options.decay != 0) {
    if (options.decoupled)
      at::_foreach_mul_(parameters, 1 - options.rate * options.decay);
    else
      gradients = at::_foreach_add(gradients, parameters, options.decay);
  }
  at::_foreach_mul_(means, options.beta1);
  at::_foreach_add_(means, gradients, 1 - options.beta1);
  at::_foreach_mul_(squares, options.beta2);
  at::_foreach_addcmul_(squares, gradients, gradients, 1 - options.beta2);
  for (size_t i = 0; i < largest.size(); ++i) at::maximum_out(largest[i], largest[i], squares[i]);
  auto denominators = at::_foreach_sqrt(largest.empty() ? squares : largest);
  at::_foreach_div_(denominators, roots);
  at::_foreach_add_(denominators, options.epsilon);
  at::_foreach_addcdiv_(parameters, means, denominators, rates);
}

template <typename T>
FM_INLINE double sum_of_squares(const T* values, int64_t count) {
  // In several sums of the tensors' own type, as ATen's norm has it, and across chunks in double.
  constexpr int kLanes = 32;
  T sums[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (int lane = 0; lane < kLanes; ++lane) sums[lane] += values[i + lane] * values[i + lane];
  double total = 0;
  for (; i < count; ++i) total += static_cast<double>(values[i]) * values[i];
  for (const auto sum : sums) total += sum;
  return total;
}

FM_VECTORISED double squares_float(const float* values, int64_t count) { return sum_of_squares(values, count); }
FM_VECTORISED double squares_double(const double* values, int64_t count) { return sum_of_squares(values, count); }

double squared_norm(const at::Tensor& gradient) {
  const auto type = gradient.scalar_type();
  if (!gradient.is_cpu() || (type != at::kFloat && type != at::kDouble) || !gradient.is_non_overlapping_and_dense()) {
    const auto norm = gradient.norm(2, at::kFloat == type || at::kDouble == type ? type : at::kFloat).item<double>();
    return norm * norm;
  }
  double total = 0;
  constexpr int64_t some = 1 << 12;
  for (int64_t begin = 0; begin < gradient.numel(); begin += some) {
    const auto count = std::min(some, gradient.numel() - begin);
    total += type == at::kFloat ? squares_float(gradient.data_ptr<float>() + begin, count)
                                : squares_double(gradient.data_ptr<double>() + begin, count);
  }
  return total;
}

}  // namespace

int fm_adam(void* const* parameters, void* const* means, void* const* squares, void* const* largest, int64_t* steps,
            int32_t count, const FmAdam* options) {
  return guarded([&] {
    c10::NoGradGuard no_grad;
    std::vector<Slot> fast, slow;
    for (int32_t i = 0; i < count; ++i) {
      Slot slot{borrow(parameters[i]), {}, borrow(means[i]), borrow(squares[i]),
                largest == nullptr ? at::Tensor() : borrow(largest[i]), 0};
      slot.gradient = slot.parameter.grad();
      if (!slot.gradient.defined()) continue;
      // Some releases would take what does not fit, and some not.
      TORCH_CHECK(slot.mean.scalar_type() == slot.parameter.scalar_type() && slot.mean.sizes() == slot.parameter.sizes(),
                  "what Adam keeps of a parameter has another type or shape than the parameter");
      slot.step = ++steps[i];
      auto& list = in_one_pass(slot) ? fast : slow;
      list.push_back(std::move(slot));
    }
    if (!fast.empty()) step_in_one_pass(fast, *options);
    if (!slow.empty()) step_by_operations(slow, *options);
  });
}

int fm_clip_gradients(void* const* parameters, int32_t count, double limit, double* norm) {
  return guarded([&] {
    c10::NoGradGuard no_grad;
    std::vector<at::Tensor> gradients;
    for (int32_t i = 0; i < count; ++i) {
      auto gradient = borrow(parameters[i]).grad();
      if (gradient.defined()) gradients.push_back(std::move(gradient));
    }
    const auto on_cpu = std::all_of(gradients.begin(), gradients.end(), [](const auto& each) { return each.is_cpu(); });
    if (!on_cpu) {
      // The factor stays on the device: only the answer waits for it.
      *norm = clip_where_they_are(gradients, limit).item<double>();
      return;
    }
    double total = 0;
    for (const auto& gradient : gradients) total += squared_norm(gradient);
    *norm = std::sqrt(total);
    const auto factor = limit / (*norm + 1e-6);
    if (factor < 1 || std::isnan(factor))
      for (auto& gradient : gradients) gradient.mul_(factor);
  });
}
