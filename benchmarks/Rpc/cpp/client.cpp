// The benchmark's load in C++ with gRPC's callback API: client HOST:PORT. Each line of the input is
// "unary|stream BYTES CALLERS MILLISECONDS", each answer one line of JSON with times in nanoseconds.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "echo.grpc.pb.h"

namespace v1 = facemix::benchmarks::v1;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kMessagesOfAStream = 10000;

// Times in buckets 3 % wide: 32 to each power of two.
class Histogram {
 public:
  void Add(int64_t nanoseconds) {
    const uint64_t value = std::max<int64_t>(nanoseconds, 32);
    const int power = 63 - __builtin_clzll(value);
    ++counts_[power * 32 + ((value >> (power - 5)) & 31)];
    ++total_;
  }

  void Add(const Histogram& other) {
    for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    total_ += other.total_;
  }

  int64_t Total() const { return total_; }

  int64_t Quantile(double quantile) const {
    int64_t left = static_cast<int64_t>(total_ * quantile);
    for (size_t i = 0; i < counts_.size(); ++i)
      if ((left -= counts_[i]) < 0) return (int64_t{32} + i % 32) << (i / 32 - 5);
    return 0;
  }

 private:
  std::array<int64_t, 64 * 32> counts_{};
  int64_t total_ = 0;
};

// What the callers of one run share.
struct Run {
  int size;
  Clock::time_point end;
  std::mutex mutex;
  std::condition_variable done;
  int running;

  void OneIsDone() {
    std::lock_guard<std::mutex> lock(mutex);
    if (--running == 0) done.notify_one();
  }
};

struct Caller {
  virtual ~Caller() = default;
  virtual void Begin() = 0;
  Histogram times;
};

class UnaryCaller final : public Caller {
 public:
  UnaryCaller(v1::EchoService::Stub& stub, Run& run) : stub_(stub), run_(run) { request_.set_payload(std::string(run.size, 'x')); }

  void Begin() override {
    context_ = std::make_unique<grpc::ClientContext>();
    begun_ = Clock::now();
    stub_.async()->Say(context_.get(), &request_, &response_, [this](const grpc::Status& status) { Ended(status); });
  }

 private:
  void Ended(const grpc::Status& status) {
    const auto now = Clock::now();
    if (!status.ok() || response_.payload().size() != request_.payload().size()) {
      std::cerr << "The call ended with " << status.error_code() << ": " << status.error_message() << std::endl;
      std::exit(1);
    }
    times.Add(std::chrono::nanoseconds(now - begun_).count());
    if (now < run_.end)
      Begin();
    else
      run_.OneIsDone();
  }

  v1::EchoService::Stub& stub_;
  Run& run_;
  v1::SayRequest request_;
  v1::SayResponse response_;
  std::unique_ptr<grpc::ClientContext> context_;
  Clock::time_point begun_;
};

class StreamCaller final : public Caller {
 public:
  StreamCaller(v1::EchoService::Stub& stub, Run& run) : stub_(stub), run_(run) {
    request_.set_messages(kMessagesOfAStream);
    request_.set_size(run.size);
  }

  void Begin() override { stream_ = std::make_unique<Stream>(*this); }

 private:
  class Stream final : public grpc::ClientReadReactor<v1::CountResponse> {
   public:
    explicit Stream(StreamCaller& caller) : caller_(caller), last_(Clock::now()) {
      caller.stub_.async()->Count(&context_, &caller.request_, this);
      StartRead(&response_);
      StartCall();
    }

   private:
    void OnReadDone(bool ok) override {
      if (!ok) return;
      const auto now = Clock::now();
      caller_.times.Add(std::chrono::nanoseconds(now - last_).count());
      last_ = now;
      if (now >= caller_.run_.end) context_.TryCancel();
      StartRead(&response_);
    }

    // The next stream takes the place of this one, so nothing of it may be touched afterwards.
    void OnDone(const grpc::Status&) override {
      if (Clock::now() < caller_.run_.end)
        caller_.Begin();
      else
        caller_.run_.OneIsDone();
    }

    StreamCaller& caller_;
    grpc::ClientContext context_;
    v1::CountResponse response_;
    Clock::time_point last_;
  };

  v1::EchoService::Stub& stub_;
  Run& run_;
  v1::CountRequest request_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace

int main(int, char** arguments) {
  auto channel = grpc::CreateChannel(arguments[1], grpc::InsecureChannelCredentials());
  v1::EchoService::Stub stub(channel);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string kind;
    int size = 0, callers = 0, milliseconds = 0;
    words >> kind >> size >> callers >> milliseconds;
    const auto begun = Clock::now();
    Run run{size, begun + std::chrono::milliseconds(milliseconds), {}, {}, callers};
    std::vector<std::unique_ptr<Caller>> all;
    for (int i = 0; i < callers; ++i)
      if (kind == "unary")
        all.push_back(std::make_unique<UnaryCaller>(stub, run));
      else
        all.push_back(std::make_unique<StreamCaller>(stub, run));
    for (auto& caller : all) caller->Begin();
    {
      std::unique_lock<std::mutex> lock(run.mutex);
      run.done.wait(lock, [&] { return run.running == 0; });
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    Histogram times;
    for (auto& caller : all) times.Add(caller->times);
    std::cout << "{\"Calls\":" << times.Total() << ",\"Seconds\":" << seconds << ",\"P50\":" << times.Quantile(0.5)
              << ",\"P99\":" << times.Quantile(0.99) << ",\"Allocated\":0}" << std::endl;
  }
}
