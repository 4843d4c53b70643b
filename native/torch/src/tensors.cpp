#include <cstring>

#include "common.h"

using namespace facemix;

void fm_tensor_delete(void* tensor) {
  // Constructing from the handle takes its reference over; the destructor gives it back.
  if (tensor != nullptr)
    at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(impl(tensor)));
}

void* fm_tensor_share(void* tensor) { return release(borrow(tensor)); }

int64_t fm_tensor_dimensions(void* tensor) { return impl(tensor)->dim(); }

int fm_tensor_sizes(void* tensor, int64_t* sizes) {
  return guarded([&] {
    const auto source = impl(tensor)->sizes();
    std::copy(source.begin(), source.end(), sizes);
  });
}

int fm_tensor_strides(void* tensor, int64_t* strides) {
  return guarded([&] {
    const auto source = impl(tensor)->strides();
    std::copy(source.begin(), source.end(), strides);
  });
}

int64_t fm_tensor_elements(void* tensor) { return impl(tensor)->numel(); }

int64_t fm_tensor_storage_offset(void* tensor) { return impl(tensor)->storage_offset(); }

int32_t fm_tensor_dtype(void* tensor) {
  return static_cast<int32_t>(c10::typeMetaToScalarType(impl(tensor)->dtype()));
}

int64_t fm_tensor_device(void* tensor) { return pack(impl(tensor)->device()); }

int64_t fm_tensor_element_size(void* tensor) { return static_cast<int64_t>(impl(tensor)->dtype().itemsize()); }

int32_t fm_tensor_is_contiguous(void* tensor) { return impl(tensor)->is_contiguous(); }

int32_t fm_tensor_is_sparse(void* tensor) { return impl(tensor)->is_sparse(); }

int fm_tensor_data(void* tensor, void** data) {
  return guarded([&] { *data = borrow(tensor).data_ptr(); });
}

int fm_tensor_from(const void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, void** created) {
  return guarded([&] {
    auto tensor = at::empty(at::IntArrayRef(sizes, dimensions), at::dtype(static_cast<at::ScalarType>(dtype)));
    if (data != nullptr && tensor.nbytes() > 0) std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
    *created = release(std::move(tensor));
  });
}

int fm_tensor_item(void* tensor, FmValue* item) {
  return guarded([&] {
    const auto scalar = borrow(tensor).item();
    item->count = 0;
    if (scalar.isBoolean()) {
      item->tag = FM_BOOL;
      item->integer = scalar.toBool();
    } else if (scalar.isFloatingPoint()) {
      item->tag = FM_DOUBLE;
      item->real = scalar.toDouble();
    } else {
      TORCH_CHECK(scalar.isIntegral(false), "a complex number is not an item here");
      item->tag = FM_INT;
      item->integer = scalar.toLong();
    }
  });
}
