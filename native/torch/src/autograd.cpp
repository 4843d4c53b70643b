#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

#include "common.h"

using namespace facemix;

namespace {

std::vector<at::Tensor> borrow_all(void* const* handles, int32_t count) {
  std::vector<at::Tensor> tensors;
  for (int32_t i = 0; handles != nullptr && i < count; ++i) tensors.push_back(borrow(handles[i]));
  return tensors;
}

}  // namespace

int fm_backward(void* const* tensors, void* const* gradients, int32_t count, void* const* inputs, int32_t input_count,
                int32_t retain_graph, int32_t create_graph) {
  return guarded([&] {
    torch::autograd::backward(borrow_all(tensors, count), borrow_all(gradients, count), retain_graph != 0,
                              create_graph != 0, borrow_all(inputs, input_count));
  });
}

int fm_grad(void* const* outputs, void* const* gradients, int32_t count, void* const* inputs, int32_t input_count,
            int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** found) {
  return guarded([&] {
    auto result = torch::autograd::grad(borrow_all(outputs, count), borrow_all(inputs, input_count),
                                        borrow_all(gradients, count), retain_graph != 0, create_graph != 0,
                                        allow_unused != 0);
    for (size_t i = 0; i < result.size(); ++i) found[i] = release(std::move(result[i]));
  });
}

int fm_tensor_grad(void* tensor, void** gradient) {
  return guarded([&] { *gradient = release(borrow(tensor).grad()); });
}

int fm_tensor_set_grad(void* tensor, void* gradient) {
  return guarded([&] { borrow(tensor).mutable_grad() = borrow(gradient); });
}

int32_t fm_tensor_requires_grad(void* tensor) { return impl(tensor)->requires_grad(); }

int fm_tensor_set_requires_grad(void* tensor, int32_t requires_grad) {
  return guarded([&] { borrow(tensor).requires_grad_(requires_grad != 0); });
}

int32_t fm_tensor_is_leaf(void* tensor) { return borrow(tensor).is_leaf(); }

int fm_tensor_retain_grad(void* tensor) {
  return guarded([&] { borrow(tensor).retain_grad(); });
}

int fm_tensor_set_data(void* tensor, void* source) {
  return guarded([&] { borrow(tensor).set_data(borrow(source)); });
}

int32_t fm_grad_mode() { return c10::GradMode::is_enabled(); }

void fm_set_grad_mode(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }

int32_t fm_inference_mode() { return c10::InferenceMode::is_enabled(); }

void* fm_open_inference_mode(int32_t enabled) { return new c10::InferenceMode(enabled != 0); }

void fm_close_inference_mode(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

// 2.4 gave the two kinds of device one set of functions; before, CUDA's and the CPU's had different names.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
int32_t fm_autocast(int32_t device_type) {
  return at::autocast::is_autocast_enabled(static_cast<at::DeviceType>(device_type));
}

int fm_set_autocast(int32_t device_type, int32_t enabled, int32_t dtype) {
  return guarded([&] {
    const auto type = static_cast<at::DeviceType>(device_type);
    at::autocast::set_autocast_enabled(type, enabled != 0);
    at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
  });
}
#else
int32_t fm_autocast(int32_t device_type) {
  return static_cast<at::DeviceType>(device_type) == at::kCPU ? at::autocast::is_cpu_enabled()
                                                              : at::autocast::is_enabled();
}

int fm_set_autocast(int32_t device_type, int32_t enabled, int32_t dtype) {
  return guarded([&] {
    const auto type = static_cast<at::ScalarType>(dtype);
    if (static_cast<at::DeviceType>(device_type) == at::kCPU) {
      at::autocast::set_cpu_enabled(enabled != 0);
      at::autocast::set_autocast_cpu_dtype(type);
    } else {
      at::autocast::set_enabled(enabled != 0);
      at::autocast::set_autocast_gpu_dtype(type);
    }
  });
}
#endif

void fm_clear_autocast_cache() { at::autocast::clear_cache(); }
