// Pictures for FaceMix: OpenCV behind a handful of C functions.
//
// Every function returns 0, or 1 and a message in `error` (a buffer of `error_size` bytes that ends in 0). No exception leaves
// this file, and nothing here trusts a size: the caller has read the dimensions from the file's header, has held
// them against its limits, and owns every buffer but the one that fmi_encode returns.
// Pixels are RGB, 8 bits, row after row; a stride is in bytes.

#include "boundary.h"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#define FMI_API extern "C" __attribute__((visibility("default")))

// Called once: OpenCV neither logs nor starts threads of its own; callers bring as many threads as they want.
FMI_API void fmi_initialise() {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  cv::setNumThreads(1);
}

// Decodes a JPEG or PNG into `rgb`, which has room for `pixels` pixels. The picture comes upright (EXIF orientation
// applied), so `width` and `height` may be those of the header swapped.
FMI_API int32_t fmi_decode(const uint8_t* bytes, int64_t length, uint8_t* rgb, int64_t pixels, int32_t* width, int32_t* height,
                           char* error, size_t error_size) {
  return guarded(error, error_size, [&] {
    const cv::Mat file(1, static_cast<int>(length), CV_8UC1, const_cast<uint8_t*>(bytes));
    const cv::Mat bgr = cv::imdecode(file, cv::IMREAD_COLOR);
    if (bgr.empty()) {
      return fail(error, error_size, "the picture's data cannot be decoded");
    }
    if (static_cast<int64_t>(bgr.cols) * bgr.rows != pixels) {
      return fail(error, error_size, "the picture is not of the size its header says");
    }
    cv::Mat out = view(rgb, bgr.cols, bgr.rows, static_cast<int64_t>(bgr.cols) * 3);
    cv::cvtColor(bgr, out, cv::COLOR_BGR2RGB);
    *width = bgr.cols;
    *height = bgr.rows;
    return 0;
  });
}

// Shrinks by averaging areas, which neither aliases nor rings; enlarges bilinearly.
FMI_API int32_t fmi_resize(const uint8_t* from, int32_t from_width, int32_t from_height, int64_t from_stride, uint8_t* to,
                           int32_t to_width, int32_t to_height, char* error, size_t error_size) {
  return guarded(error, error_size, [&] {
    const cv::Mat source = view(from, from_width, from_height, from_stride);
    cv::Mat target = view(to, to_width, to_height, static_cast<int64_t>(to_width) * 3);
    const bool shrinks = to_width <= from_width && to_height <= from_height;
    cv::resize(source, target, target.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    return 0;
  });
}

// Encodes as PNG (format 0) or JPEG (format 1, quality 1..100). The result is freed by fmi_free.
FMI_API int32_t fmi_encode(const uint8_t* rgb, int32_t width, int32_t height, int64_t stride, int32_t format, int32_t quality,
                           uint8_t** bytes, int64_t* length, char* error, size_t error_size) {
  return guarded(error, error_size, [&] {
    cv::Mat bgr;
    cv::cvtColor(view(rgb, width, height, stride), bgr, cv::COLOR_RGB2BGR);
    std::vector<uint8_t> file;
    const std::vector<int> parameters = format == 0 ? std::vector<int>{cv::IMWRITE_PNG_COMPRESSION, 6}
                                                    : std::vector<int>{cv::IMWRITE_JPEG_QUALITY, quality};
    if (!cv::imencode(format == 0 ? ".png" : ".jpg", bgr, file, parameters)) {
      return fail(error, error_size, "the picture cannot be encoded");
    }
    auto* copy = static_cast<uint8_t*>(std::malloc(file.size()));
    if (copy == nullptr) {
      return fail(error, error_size, "out of memory");
    }
    std::memcpy(copy, file.data(), file.size());
    *bytes = copy;
    *length = static_cast<int64_t>(file.size());
    return 0;
  });
}

FMI_API void fmi_free(uint8_t* bytes) { std::free(bytes); }
