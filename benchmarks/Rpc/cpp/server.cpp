// The benchmark's server in C++ with gRPC's callback API: prints its port, ends with its input.
#include <grpcpp/grpcpp.h>

#include <iostream>
#include <string>

#include "echo.grpc.pb.h"

namespace v1 = facemix::benchmarks::v1;

namespace {

class Counter final : public grpc::ServerWriteReactor<v1::CountResponse> {
 public:
  explicit Counter(const v1::CountRequest& request) : left_(request.messages()) {
    response_.set_payload(std::string(request.size(), '\0'));
    Next();
  }

 private:
  void OnWriteDone(bool ok) override {
    if (ok)
      Next();
    else
      Finish(grpc::Status::CANCELLED);
  }

  void OnDone() override { delete this; }

  void Next() {
    if (left_-- > 0)
      StartWrite(&response_);
    else
      Finish(grpc::Status::OK);
  }

  int left_;
  v1::CountResponse response_;
};

class Echo final : public v1::EchoService::CallbackService {
  grpc::ServerUnaryReactor* Say(grpc::CallbackServerContext* context, const v1::SayRequest* request, v1::SayResponse* response) override {
    response->set_payload(request->payload());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerWriteReactor<v1::CountResponse>* Count(grpc::CallbackServerContext*, const v1::CountRequest* request) override {
    return new Counter(*request);
  }
};

}  // namespace

int main() {
  Echo echo;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&echo);
  auto server = builder.BuildAndStart();
  std::cout << port << std::endl;
  // Each line is a question for the bytes allocated so far, which only a managed server can answer.
  for (std::string line; std::getline(std::cin, line);) std::cout << 0 << std::endl;
  server->Shutdown();
}
