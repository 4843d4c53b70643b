// What a call of an operator costs without any binding: prints nanoseconds of one addition of two tensors of four numbers.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

int main(int, char** arguments) {
  at::NoGradGuard no_grad;
  at::set_num_threads(1);
  const auto a = at::ones({4}), b = at::ones({4});
  const int calls = std::atoi(arguments[1]);
  for (int i = 0; i < calls / 10; ++i) a.add(b);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) a.add(b);
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begun;
  std::printf("%f\n", taken.count() / calls);
}
