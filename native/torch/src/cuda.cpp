// Recording a step on a GPU and running it again with one launch. A build that cannot says so when asked.
#include <torch/csrc/api/include/torch/version.h>

#include "common.h"

// Before 2.1 the seed of random numbers was recorded with them, and threads that load pictures would have ended a recording.
#if TORCH_VERSION_MAJOR < 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 1)
#undef FM_CUDA
#endif

#ifdef FM_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <memory>
#endif

using namespace facemix;

#ifdef FM_CUDA

namespace {

// A graph is recorded on a stream of its own: the default one cannot be.
struct Recording {
  explicit Recording(c10::DeviceIndex device)
      : stream(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device)), before(stream) {}

  at::cuda::CUDAGraph graph;
  c10::cuda::CUDAStream stream;
  c10::cuda::CUDAStream before;
  c10::DeviceIndex device_before = 0;
  bool recording = false;
};

void leave(const Recording& it) {
  c10::cuda::setCurrentCUDAStream(it.before);
  c10::cuda::set_device(it.device_before);
}

}  // namespace

int32_t fm_graph_available() { return c10::cuda::device_count() > 0; }

int fm_graph_create(int32_t device, void** graph) {
  return guarded([&] { *graph = new Recording(static_cast<c10::DeviceIndex>(device)); });
}

int fm_graph_enter(void* graph, int32_t record) {
  return guarded([&] {
    auto& it = *static_cast<Recording*>(graph);
    it.device_before = c10::cuda::current_device();
    c10::cuda::set_device(it.stream.device_index());
    it.before = c10::cuda::getCurrentCUDAStream();
    c10::cuda::device_synchronize();
    c10::cuda::setCurrentCUDAStream(it.stream);
    if (record == 0) return;
    try {
      // What the steps before have left free on this stream is of no use to the graph, which has memory of its own.
      c10::cuda::CUDACachingAllocator::emptyCache();
      // Other threads may go on pinning the next pictures.
      it.graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
      it.recording = true;
    } catch (...) {
      leave(it);
      throw;
    }
  });
}

int fm_graph_leave(void* graph) {
  return guarded([&] {
    auto& it = *static_cast<Recording*>(graph);
    const auto recorded = it.recording;
    it.recording = false;
    // Back on the old stream, whatever the end of the recording says.
    const auto restore = std::shared_ptr<void>(nullptr, [&it](void*) { leave(it); });
    if (recorded) it.graph.capture_end();
    c10::cuda::device_synchronize();
  });
}

int fm_graph_replay(void* graph) {
  return guarded([&] { static_cast<Recording*>(graph)->graph.replay(); });
}

void fm_graph_delete(void* graph) { delete static_cast<Recording*>(graph); }

#else

namespace {

int without() {
  remember("this build of native/torch records nothing: it needs CUDA's headers and a libtorch with CUDA, 2.1 or later");
  return 1;
}

}  // namespace

int32_t fm_graph_available() { return 0; }
int fm_graph_create(int32_t, void**) { return without(); }
int fm_graph_enter(void*, int32_t) { return without(); }
int fm_graph_leave(void*) { return without(); }
int fm_graph_replay(void*) { return without(); }
void fm_graph_delete(void*) {}

#endif
