#pragma once

#include <torch/csrc/api/include/torch/version.h>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>

#include <atomic>
#include <chrono>
#include <memory>

#include "common.h"

#define FM_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace facemix {

// Until 1.13 a process group ran its collectives itself; since 2.0 it hands them to a backend of this class, and the
// backend is all that is needed here.
#if FM_TORCH_AT_LEAST(2, 0)
using Collectives = c10d::Backend;
using Work = c10d::Work;
#else
using Collectives = c10d::ProcessGroup;
using Work = c10d::Work;
#endif

struct Group {
  c10::intrusive_ptr<Collectives> collectives;
  int rank;
  int size;
  std::chrono::milliseconds timeout;
  // Set for good when a collective has failed: the others may be anywhere in their program.
  mutable std::atomic<bool> failed{false};

  c10::intrusive_ptr<Work> all_reduce(at::Tensor tensor, c10d::ReduceOp::RedOpType operation) const;
  // Waits for the work; a failure or a timeout throws.
  void wait(Work& work) const;

  template <typename Body>
  auto noting_failure(Body&& body) const {
    try {
      return body();
    } catch (...) {
      failed = true;
      throw;
    }
  }
};

}  // namespace facemix
