// What both libraries of this folder have in common: how a failure leaves a C function, and how a caller's pixels are seen.

#pragma once

#include <opencv2/core.hpp>

#include <cstdint>
#include <cstring>
#include <exception>

namespace {

int fail(char* error, size_t error_size, const char* message) {
  if (error != nullptr && error_size > 0) {
    std::strncpy(error, message, error_size - 1);
    error[error_size - 1] = '\0';
  }
  return 1;
}

// One frame for every entry: what OpenCV, or memory, throws becomes the message.
template <typename Body>
int guarded(char* error, size_t error_size, Body body) {
  try {
    return body();
  } catch (const cv::Exception& e) {
    return fail(error, error_size, e.err.empty() ? e.what() : e.err.c_str());
  } catch (const std::exception& e) {
    return fail(error, error_size, e.what());
  } catch (...) {
    return fail(error, error_size, "unknown error");
  }
}

cv::Mat view(const uint8_t* rgb, int32_t width, int32_t height, int64_t stride) {
  return cv::Mat(height, width, CV_8UC3, const_cast<uint8_t*>(rgb), static_cast<size_t>(stride));
}

}  // namespace
