#pragma once

#include <ATen/ATen.h>

#include <vector>

namespace facemix {

// Scales gradients down to a common 2-norm without anybody waiting for it; a limit of 0 leaves them as they are.
// The norm before, a float64 scalar on their device.
at::Tensor clip_where_they_are(std::vector<at::Tensor>& gradients, double limit);

}  // namespace facemix
