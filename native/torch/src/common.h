#pragma once

#include <ATen/ATen.h>

#include <exception>
#include <string>

#include "facemix_torch.h"

namespace facemix {

void remember(std::string message);

// Runs the body; a failure is remembered for fm_error and becomes a 1.
template <typename Body>
int guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& error) {
    remember(error.what_without_backtrace());
  } catch (const std::exception& error) {
    remember(error.what());
  } catch (...) {
    remember("libtorch failed with an exception that says nothing about itself");
  }
  return 1;
}

inline at::TensorImpl* impl(void* handle) { return static_cast<at::TensorImpl*>(handle); }

// A reference of its own to the tensor behind a handle; the handle keeps its reference.
inline at::Tensor borrow(void* handle) {
  if (handle == nullptr) return at::Tensor();
  return at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim_copy(impl(handle)));
}

// Hands the tensor's reference to the caller; an undefined tensor is a null handle.
inline void* release(at::Tensor tensor) {
  if (!tensor.defined()) return nullptr;
  return tensor.unsafeReleaseTensorImpl();
}

inline int64_t pack(c10::Device device) {
  return (static_cast<int64_t>(device.type()) << 32) | static_cast<uint32_t>(static_cast<int32_t>(device.index()));
}

inline c10::Device unpack(int64_t device) {
  return c10::Device(static_cast<c10::DeviceType>(device >> 32),
                     static_cast<c10::DeviceIndex>(static_cast<int32_t>(device & 0xffffffff)));
}

inline at::Generator borrow_generator(void* handle) {
  return at::Generator(
      c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(static_cast<c10::GeneratorImpl*>(handle)));
}

}  // namespace facemix
