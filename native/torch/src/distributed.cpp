// libtorch's c10d behind the C surface: the store where processes meet, a group of them, and its collectives.
#include <c10/util/intrusive_ptr.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "distributed.h"

#ifdef FM_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#ifdef FM_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

using namespace facemix;

namespace {

using StorePointer = c10::intrusive_ptr<c10d::Store>;

struct Store {
  c10::intrusive_ptr<c10d::TCPStore> server;
  StorePointer keys;
};

std::vector<uint8_t> bytes_of(const void* data, int64_t count) {
  const auto* first = static_cast<const uint8_t*>(data);
  return std::vector<uint8_t>(first, first + count);
}

c10::intrusive_ptr<Collectives> open_gloo(const StorePointer& store, int rank, int size,
                                          std::chrono::milliseconds timeout, const std::string& address) {
#ifdef FM_GLOO
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  // The names are those that PyTorch's users set already.
  if (const char* interface = std::getenv("GLOO_SOCKET_IFNAME"))
    options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForInterface(interface));
  else if (!address.empty())
    options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
  else
    options->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
  options->threads = 2;
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
#else
  throw std::runtime_error("libfacemix_torch was built without Gloo: its headers (libgloo-dev) were not found");
#endif
}

c10::intrusive_ptr<Collectives> open_nccl(const StorePointer& store, int rank, int size,
                                          std::chrono::milliseconds timeout) {
#ifdef FM_NCCL
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
#else
  throw std::runtime_error("libfacemix_torch was built without NCCL: libtorch has no CUDA, or nccl.h was not found");
#endif
}

// Since 2.4 the store wants libuv unless told otherwise, which a distribution's libtorch may lack.
template <typename Options>
auto without_libuv(Options& options, int) -> decltype(options.useLibUV, void()) {
  options.useLibUV = false;
}
template <typename Options>
void without_libuv(Options&, long) {}

Group& group_of(void* handle) { return *static_cast<Group*>(handle); }

void* hold(c10::intrusive_ptr<Work> work) { return work.release(); }

}  // namespace

c10::intrusive_ptr<Work> Group::all_reduce(at::Tensor tensor, c10d::ReduceOp::RedOpType operation) const {
  std::vector<at::Tensor> tensors{std::move(tensor)};
  c10d::AllreduceOptions options;
  options.reduceOp = operation;
  options.timeout = timeout;
  return noting_failure([&] { return collectives->allreduce(tensors, options); });
}

void Group::wait(Work& work) const {
  noting_failure([&] { work.wait(timeout); });
}

int32_t fm_distributed_backends() {
  int32_t found = 0;
#ifdef FM_GLOO
  found |= 1;
#endif
#ifdef FM_NCCL
  found |= 2;
#endif
  return found;
}

int fm_store_open(const char* host, int32_t port, int32_t serves, int64_t timeout_ms, const char* prefix, void** opened,
                  int32_t* bound_port) {
  return guarded([&] {
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = serves != 0;
    options.waitWorkers = false;
    without_libuv(options, 0);
    // c10d rounds a part of a second down to none.
    options.timeout = std::chrono::seconds((timeout_ms + 999) / 1000);
    auto store = std::make_unique<Store>();
    store->server = c10::make_intrusive<c10d::TCPStore>(host, options);
    store->keys = c10::make_intrusive<c10d::PrefixStore>(prefix, store->server);
    *bound_port = store->server->getPort();
    *opened = store.release();
  });
}

void fm_store_delete(void* store) { delete static_cast<Store*>(store); }

int fm_store_set(void* store, const char* key, const void* data, int64_t count) {
  return guarded([&] { static_cast<Store*>(store)->keys->set(key, bytes_of(data, count)); });
}

int fm_store_get(void* store, const char* key, const void** data, int64_t* count) {
  return guarded([&] {
    thread_local std::vector<uint8_t> value;
    value = static_cast<Store*>(store)->keys->get(key);
    *data = value.data();
    *count = static_cast<int64_t>(value.size());
  });
}

int fm_store_has(void* store, const char* key, int32_t* present) {
  return guarded([&] { *present = static_cast<Store*>(store)->keys->check({key}); });
}

int fm_store_add(void* store, const char* key, int64_t amount, int64_t* sum) {
  return guarded([&] { *sum = static_cast<Store*>(store)->keys->add(key, amount); });
}

int fm_group_open(void* store, int32_t backend, int32_t rank, int32_t size, int64_t timeout_ms, const char* address,
                  void** opened) {
  return guarded([&] {
    const auto timeout = std::chrono::milliseconds(timeout_ms);
    const StorePointer keys = c10::make_intrusive<c10d::PrefixStore>("group", static_cast<Store*>(store)->keys);
    auto collectives = backend == 2 ? open_nccl(keys, rank, size, timeout)
                                    : open_gloo(keys, rank, size, timeout, address);
    *opened = new Group{std::move(collectives), rank, size, timeout};
  });
}

int32_t fm_group_failed(void* group) { return group_of(group).failed; }

void fm_group_delete(void* group) { delete static_cast<Group*>(group); }

int fm_all_reduce(void* group, void* tensor, int32_t operation, void** work) {
  static constexpr c10d::ReduceOp::RedOpType kOperations[] = {c10d::ReduceOp::SUM, c10d::ReduceOp::MAX,
                                                              c10d::ReduceOp::MIN};
  return guarded([&] { *work = hold(group_of(group).all_reduce(borrow(tensor), kOperations[operation])); });
}

int fm_broadcast(void* group, void* tensor, int32_t root, void** work) {
  return guarded([&] {
    std::vector<at::Tensor> tensors{borrow(tensor)};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    options.timeout = group_of(group).timeout;
    *work = hold(group_of(group).noting_failure([&] { return group_of(group).collectives->broadcast(tensors, options); }));
  });
}

int fm_barrier(void* group, void** work) {
  return guarded([&] {
    c10d::BarrierOptions options;
    options.timeout = group_of(group).timeout;
    *work = hold(group_of(group).noting_failure([&] { return group_of(group).collectives->barrier(options); }));
  });
}

int fm_work_wait(void* group, void* work) {
  return guarded([&] { group_of(group).wait(*static_cast<Work*>(work)); });
}

int32_t fm_work_done(void* work) { return static_cast<Work*>(work)->isCompleted(); }

void fm_work_delete(void* work) {
  if (work != nullptr) c10::intrusive_ptr<Work>::reclaim(static_cast<Work*>(work)).reset();
}
