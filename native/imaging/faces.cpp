// Faces for FaceMix: OpenCV's cascades behind a handful of C functions, in a library of their own, because only
// the preparation of photographs needs them.
//
// The rules are those of imaging.cpp: 0 or 1 and a message, no exception leaves this file, and the caller owns every buffer.

#include "boundary.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include <cstdint>
#include <memory>
#include <vector>

#define FMF_API extern "C" __attribute__((visibility("default")))

// Reads a cascade. The handle is for one thread at a time and is freed by fmf_close.
FMF_API int32_t fmf_open(const char* path, void** cascade, char* error, size_t error_size) {
  return guarded(error, error_size, [&] {
    auto made = std::make_unique<cv::CascadeClassifier>();
    if (!made->load(path)) {
      return fail(error, error_size, "the file is no cascade");
    }
    *cascade = made.release();
    return 0;
  });
}

FMF_API void fmf_close(void* cascade) { delete static_cast<cv::CascadeClassifier*>(cascade); }

// Finds what the cascade knows, at least `smallest` pixels wide and confirmed by `neighbours` windows: x, y, width and height of each into `boxes`,
// which has room for `capacity` of them. `found` is how many there are, those without room included.
FMF_API int32_t fmf_find(void* cascade, const uint8_t* rgb, int32_t width, int32_t height, int64_t stride, int32_t smallest,
                         int32_t neighbours, int32_t* boxes, int32_t capacity, int32_t* found, char* error, size_t error_size) {
  return guarded(error, error_size, [&] {
    cv::Mat grey;
    cv::cvtColor(view(rgb, width, height, stride), grey, cv::COLOR_RGB2GRAY);
    cv::equalizeHist(grey, grey);
    std::vector<cv::Rect> rects;
    static_cast<cv::CascadeClassifier*>(cascade)->detectMultiScale(grey, rects, 1.1, neighbours, 0, cv::Size(smallest, smallest));
    *found = static_cast<int32_t>(rects.size());
    for (size_t i = 0; i < rects.size() && i < static_cast<size_t>(capacity); ++i) {
      boxes[4 * i] = rects[i].x;
      boxes[4 * i + 1] = rects[i].y;
      boxes[4 * i + 2] = rects[i].width;
      boxes[4 * i + 3] = rects[i].height;
    }
    return 0;
  });
}

// Cuts out a square of `side` pixels around a centre, turned by `degrees` so that what lay on that slope lies level, and brings it to `size`.
// Beyond the picture's edge it is mirrored: a black corner would be learnt.
FMF_API int32_t fmf_cut(const uint8_t* rgb, int32_t width, int32_t height, int64_t stride, double centre_x, double centre_y, double side,
                        double degrees, uint8_t* to, int32_t size, char* error, size_t error_size) {
  return guarded(error, error_size, [&] {
    const cv::Mat source = view(rgb, width, height, stride);
    cv::Mat target = view(to, size, size, static_cast<int64_t>(size) * 3);
    const int whole = std::max(1, cvRound(side));
    cv::Mat turn = cv::getRotationMatrix2D(cv::Point2f(static_cast<float>(centre_x), static_cast<float>(centre_y)), degrees, 1.0);
    turn.at<double>(0, 2) += whole / 2.0 - centre_x;
    turn.at<double>(1, 2) += whole / 2.0 - centre_y;
    cv::Mat square;
    cv::warpAffine(source, square, turn, cv::Size(whole, whole), cv::INTER_LINEAR, cv::BORDER_REFLECT_101);
    cv::resize(square, target, target.size(), 0, 0, size <= whole ? cv::INTER_AREA : cv::INTER_LINEAR);
    return 0;
  });
}
