#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/csrc/api/include/torch/cuda.h>
#include <torch/csrc/api/include/torch/version.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <mutex>

#include "common.h"

using namespace facemix;

namespace {

// A training step frees at its end what it allocated, hundreds of megabytes; glibc would give them back to the kernel
// and fault every page in again in the next step, which costs a small network a quarter of its time. Threads share one
// arena, because the heaps of a second one are too small for such blocks and are given back whenever they empty.
__attribute__((constructor)) void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2147483647);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void* release_generator(const at::Generator& generator) {
  auto* implementation = generator.unsafeGetGeneratorImpl();
  c10::raw::intrusive_ptr::incref(implementation);
  return implementation;
}

}  // namespace

const char* fm_torch_version() { return TORCH_VERSION; }

int fm_manual_seed(int64_t seed) {
  return guarded([&] { at::manual_seed(static_cast<uint64_t>(seed)); });
}

int fm_generator_default(int64_t device, void** generator) {
  return guarded([&] { *generator = release_generator(at::globalContext().defaultGenerator(unpack(device))); });
}

int fm_generator_create(int64_t seed, int64_t device, void** generator) {
  return guarded([&] {
    const auto place = unpack(device);
    auto created = place.is_cpu() ? at::detail::createCPUGenerator(static_cast<uint64_t>(seed))
                                  : at::globalContext().defaultGenerator(place).clone();
    created.set_current_seed(static_cast<uint64_t>(seed));
    *generator = release_generator(created);
  });
}

void fm_generator_delete(void* generator) {
  if (generator != nullptr)
    c10::raw::intrusive_ptr::decref(static_cast<c10::GeneratorImpl*>(generator));
}

int fm_generator_seed(void* generator, int64_t seed) {
  return guarded([&] {
    auto target = borrow_generator(generator);
    std::lock_guard<std::mutex> lock(target.mutex());
    target.set_current_seed(static_cast<uint64_t>(seed));
  });
}

int fm_generator_current_seed(void* generator, int64_t* seed) {
  return guarded([&] { *seed = static_cast<int64_t>(borrow_generator(generator).current_seed()); });
}

int fm_generator_new_seed(void* generator, int64_t* seed) {
  return guarded([&] {
    auto target = borrow_generator(generator);
    std::lock_guard<std::mutex> lock(target.mutex());
    *seed = static_cast<int64_t>(target.seed());
  });
}

int fm_generator_state(void* generator, void** state) {
  return guarded([&] {
    auto source = borrow_generator(generator);
    std::lock_guard<std::mutex> lock(source.mutex());
    *state = release(source.get_state());
  });
}

int fm_generator_set_state(void* generator, void* state) {
  return guarded([&] {
    auto target = borrow_generator(generator);
    std::lock_guard<std::mutex> lock(target.mutex());
    target.set_state(borrow(state));
  });
}

int32_t fm_threads() { return at::get_num_threads(); }

int fm_set_threads(int32_t count) {
  return guarded([&] { at::set_num_threads(count); });
}

int32_t fm_interop_threads() { return at::get_num_interop_threads(); }

int fm_set_interop_threads(int32_t count) {
  return guarded([&] { at::set_num_interop_threads(count); });
}

int32_t fm_cuda_available() { return torch::cuda::is_available(); }

int32_t fm_cuda_count() { return static_cast<int32_t>(torch::cuda::device_count()); }

int32_t fm_cudnn_available() { return torch::cuda::cudnn_is_available(); }

int fm_cuda_synchronize(int32_t device) {
  return guarded([&] { torch::cuda::synchronize(device); });
}

int fm_flag(int32_t which, int32_t* value) {
  return guarded([&] {
    const auto& context = at::globalContext();
    switch (which) {
      case 0: *value = context.allowTF32CuBLAS(); break;
      case 1: *value = context.allowTF32CuDNN(); break;
      case 2: *value = context.benchmarkCuDNN(); break;
      default: *value = context.deterministicAlgorithms(); break;
    }
  });
}

int fm_set_flag(int32_t which, int32_t value) {
  return guarded([&] {
    auto& context = at::globalContext();
    switch (which) {
      case 0: context.setAllowTF32CuBLAS(value != 0); break;
      case 1: context.setAllowTF32CuDNN(value != 0); break;
      case 2: context.setBenchmarkCuDNN(value != 0); break;
      default: context.setDeterministicAlgorithms(value != 0, false); break;
    }
  });
}
