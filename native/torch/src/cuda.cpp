// Recording a step on a GPU and running it again with one launch. A build whose libtorch has no CUDA says so when asked.
#include "common.h"

#ifdef FM_CUDA
#include <ATen/cuda/CUDAGraph.h>
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
  at::cuda::CUDAGraph graph;
  c10::cuda::CUDAStream stream = c10::cuda::getStreamFromPool();
  c10::cuda::CUDAStream before = stream;
  bool recording = false;
};

}  // namespace

int32_t fm_graph_available() { return c10::cuda::device_count() > 0; }

int fm_graph_create(void** graph) {
  return guarded([&] { *graph = new Recording; });
}

int fm_graph_enter(void* graph, int32_t record) {
  return guarded([&] {
    auto& it = *static_cast<Recording*>(graph);
    it.before = c10::cuda::getCurrentCUDAStream();
    c10::cuda::device_synchronize();
    c10::cuda::setCurrentCUDAStream(it.stream);
    if (record == 0) return;
    try {
      it.graph.capture_begin();
      it.recording = true;
    } catch (...) {
      c10::cuda::setCurrentCUDAStream(it.before);
      throw;
    }
  });
}

int fm_graph_leave(void* graph) {
  return guarded([&] {
    auto& it = *static_cast<Recording*>(graph);
    const auto recorded = it.recording;
    it.recording = false;
    const c10::cuda::CUDAStream before = it.before;
    // Back on the old stream, whatever the end of the recording says.
    const auto restore = std::shared_ptr<void>(nullptr, [before](void*) { c10::cuda::setCurrentCUDAStream(before); });
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
  remember("this libtorch has no CUDA, so nothing can be recorded");
  return 1;
}

}  // namespace

int32_t fm_graph_available() { return 0; }
int fm_graph_create(void**) { return without(); }
int fm_graph_enter(void*, int32_t) { return without(); }
int fm_graph_leave(void*) { return without(); }
int fm_graph_replay(void*) { return without(); }
void fm_graph_delete(void*) {}

#endif
