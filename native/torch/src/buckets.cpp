// Gradients averaged over a group while the backward pass still runs.
//
// Parameters are grouped into buckets in the reverse of their order, which is about the order in which their
// gradients arrive. When the last gradient of a bucket has arrived, its all-reduce begins; buckets always begin in the
// same order, because the processes of a group must issue their collectives alike. c10d::Reducer does the same, but its
// constructor changes from release to release, it loses the whole step when a parameter takes no part in the loss, and
// what it does beyond that is for Python.
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/utils/lambda_post_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "distributed.h"

using namespace facemix;

namespace {

struct Bucket {
  at::Tensor flat;                // the gradients one after another, then for each a 1 if this process has it
  std::vector<at::Tensor> views;  // into flat, in the parameters' shapes
  std::vector<size_t> parameters;
  size_t missing = 0;
  c10::intrusive_ptr<Work> work;
};

class Buckets {
 public:
  Buckets(const Group& group, std::vector<at::Tensor> parameters, int64_t first_bytes, int64_t bytes)
      : group_(group), parameters_(std::move(parameters)) {
    fill(first_bytes, bytes);
    for (size_t i = 0; i < parameters_.size(); ++i) {
      auto accumulator = torch::autograd::impl::grad_accumulator(parameters_[i]);
      TORCH_CHECK(accumulator != nullptr, "parameter ", i, " takes no gradient");
      using List = torch::autograd::variable_list;
      auto key = accumulator->add_post_hook(std::make_unique<torch::autograd::utils::LambdaPostHook>(
          [this, i](const List& outputs, const List&) {
            arrived(i);
            return outputs;
          }));
      hooks_.emplace_back(key, std::move(accumulator));
    }
  }

  ~Buckets() {
    for (auto& [key, accumulator] : hooks_) accumulator->del_post_hook(key);
  }

  // The gradients of the next backward pass are wanted.
  void begin() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto& bucket : buckets_) {
      bucket.missing = bucket.parameters.size();
      bucket.work.reset();
    }
    next_ = 0;
    active_ = true;
  }

  // Every parameter's gradient becomes its mean over the group.
  void finish() {
    std::lock_guard<std::mutex> lock(mutex_);
    TORCH_CHECK(active_, "no backward pass was announced");
    active_ = false;
    early_ = static_cast<int64_t>(next_);
    c10::NoGradGuard no_grad;
    while (next_ < buckets_.size()) launch(buckets_[next_++]);
    const double share = 1.0 / group_.size;
    for (auto& bucket : buckets_) {
      group_.wait(*bucket.work);
      bucket.work.reset();
      for (size_t i = 0; i < bucket.parameters.size(); ++i) {
        auto& parameter = parameters_[bucket.parameters[i]];
        auto& gradient = parameter.mutable_grad();
        if (gradient.defined())
          at::mul_out(gradient, bucket.views[i], at::scalar_to_tensor(share));
        else if (flag(bucket, i).item<double>() > 0)
          gradient = bucket.views[i].mul(share);
      }
    }
  }

  int64_t count() const { return static_cast<int64_t>(buckets_.size()); }

  int64_t early() const { return early_; }

 private:
  void fill(int64_t first_bytes, int64_t bytes) {
    std::map<std::tuple<at::ScalarType, c10::DeviceType, c10::DeviceIndex>, std::pair<size_t, int64_t>> open;
    for (size_t i = parameters_.size(); i-- > 0;) {
      const auto& parameter = parameters_[i];
      const auto key = std::make_tuple(parameter.scalar_type(), parameter.device().type(), parameter.device().index());
      auto found = open.find(key);
      if (found == open.end()) {
        buckets_.emplace_back();
        found = open.emplace(key, std::make_pair(buckets_.size() - 1, int64_t{0})).first;
      }
      auto& [index, size] = found->second;
      buckets_[index].parameters.push_back(i);
      size += static_cast<int64_t>(parameter.nbytes());
      // The first bucket is small, so that the network starts to work early in the pass.
      if (size >= (index == 0 ? first_bytes : bytes)) open.erase(found);
    }
    for (auto& bucket : buckets_) lay_out(bucket);
  }

  void lay_out(Bucket& bucket) {
    int64_t elements = 0;
    for (auto i : bucket.parameters) elements += parameters_[i].numel();
    const auto& first = parameters_[bucket.parameters.front()];
    bucket.flat = at::zeros({elements + static_cast<int64_t>(bucket.parameters.size())},
                            at::TensorOptions(first.scalar_type()).device(first.device()));
    int64_t offset = 0;
    for (auto i : bucket.parameters) {
      const auto& parameter = parameters_[i];
      bucket.views.push_back(bucket.flat.narrow(0, offset, parameter.numel()).view(parameter.sizes()));
      offset += parameter.numel();
    }
  }

  at::Tensor flag(Bucket& bucket, size_t i) {
    return bucket.flat.select(0, bucket.flat.numel() - static_cast<int64_t>(bucket.parameters.size() - i));
  }

  void arrived(size_t parameter) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!active_) return;
    c10::NoGradGuard no_grad;
    for (auto& bucket : buckets_)
      for (auto i : bucket.parameters)
        if (i == parameter && bucket.missing > 0) --bucket.missing;
    while (next_ < buckets_.size() && buckets_[next_].missing == 0) launch(buckets_[next_++]);
  }

  void launch(Bucket& bucket) {
    const auto flags = static_cast<int64_t>(bucket.parameters.size());
    bucket.flat.narrow(0, bucket.flat.numel() - flags, flags).fill_(1);
    for (size_t i = 0; i < bucket.parameters.size(); ++i) {
      const auto& gradient = parameters_[bucket.parameters[i]].grad();
      if (gradient.defined()) {
        bucket.views[i].copy_(gradient);
      } else {
        bucket.views[i].zero_();
        flag(bucket, i).zero_();
      }
    }
    bucket.work = group_.all_reduce(bucket.flat, c10d::ReduceOp::SUM);
  }

  const Group& group_;
  std::vector<at::Tensor> parameters_;
  std::vector<Bucket> buckets_;
  std::vector<std::pair<uintptr_t, std::shared_ptr<torch::autograd::Node>>> hooks_;
  std::mutex mutex_;
  size_t next_ = 0;
  bool active_ = false;
  int64_t early_ = 0;
};

}  // namespace

int fm_buckets_open(void* group, void* const* parameters, int32_t count, int64_t first_bytes, int64_t bytes,
                    void** opened) {
  return guarded([&] {
    std::vector<at::Tensor> tensors;
    for (int32_t i = 0; i < count; ++i) tensors.push_back(borrow(parameters[i]));
    *opened = new Buckets(*static_cast<Group*>(group), std::move(tensors), first_bytes, bytes);
  });
}

void fm_buckets_delete(void* buckets) { delete static_cast<Buckets*>(buckets); }

int64_t fm_buckets_count(void* buckets) { return static_cast<Buckets*>(buckets)->count(); }

int64_t fm_buckets_early(void* buckets) { return static_cast<Buckets*>(buckets)->early(); }

int fm_buckets_begin(void* buckets) {
  return guarded([&] { static_cast<Buckets*>(buckets)->begin(); });
}

int fm_buckets_finish(void* buckets) {
  return guarded([&] { static_cast<Buckets*>(buckets)->finish(); });
}
