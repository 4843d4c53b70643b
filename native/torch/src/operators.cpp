#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>

#include <cstring>
#include <vector>

#include "common.h"

namespace facemix {
namespace {

thread_local std::string last_error;

// What an argument of a schema takes, worked out once per operator.
enum class Kind { Tensor, Int, Float, Bool, Scalar, String, Device, Generator, Ints, Floats, Bools, Tensors,
                  OptionalTensors, Scalars, Other };

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Kind> kinds;
  std::vector<bool> optional;
};

Kind kind_of(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::TensorType: return Kind::Tensor;
    case c10::TypeKind::IntType: return Kind::Int;
    case c10::TypeKind::SymIntType: return Kind::Int;
    case c10::TypeKind::FloatType: return Kind::Float;
    case c10::TypeKind::BoolType: return Kind::Bool;
    case c10::TypeKind::NumberType: return Kind::Scalar;
    case c10::TypeKind::StringType: return Kind::String;
    case c10::TypeKind::DeviceObjType: return Kind::Device;
    case c10::TypeKind::GeneratorType: return Kind::Generator;
    case c10::TypeKind::OptionalType: return kind_of(*type.containedType(0));
    case c10::TypeKind::ListType: {
      const auto& element = *type.containedType(0);
      if (element.kind() == c10::TypeKind::OptionalType) return Kind::OptionalTensors;
      switch (kind_of(element)) {
        case Kind::Int: return Kind::Ints;
        case Kind::Float: return Kind::Floats;
        case Kind::Bool: return Kind::Bools;
        case Kind::Tensor: return Kind::Tensors;
        case Kind::Scalar: return Kind::Scalars;
        default: return Kind::Other;
      }
    }
    default: return Kind::Other;
  }
}

[[noreturn]] void mismatch(const Operator& op, size_t position, const FmValue& value) {
  const auto& argument = op.handle.schema().arguments()[position];
  TORCH_CHECK_TYPE(false, "argument '", argument.name(), "' is a ", argument.type()->str(),
                   " and cannot take a value of tag ", value.tag);
}

bool truth(const FmValue& value) { return value.integer != 0; }

double real(const FmValue& value) {
  return value.tag == FM_DOUBLE ? value.real : static_cast<double>(value.integer);
}

c10::IValue scalar(const FmValue& value) {
  switch (value.tag) {
    case FM_DOUBLE: return value.real;
    case FM_BOOL: return truth(value);
    case FM_COMPLEX: {
      const auto* parts = static_cast<const double*>(value.pointer);
      return c10::complex<double>(parts[0], parts[1]);
    }
    default: return value.integer;
  }
}

bool numeric(const FmValue& value) {
  return value.tag == FM_INT || value.tag == FM_DOUBLE || value.tag == FM_BOOL || value.tag == FM_COMPLEX;
}

c10::IValue boxed(const Operator& op, size_t position, const FmValue& value) {
  if (value.tag == FM_NONE) {
    // An absent tensor is an undefined one where the schema has no "?" of its own.
    if (!op.optional[position] && op.kinds[position] == Kind::Tensor) return at::Tensor();
    return c10::IValue();
  }
  switch (op.kinds[position]) {
    case Kind::Tensor:
      if (value.tag != FM_TENSOR) break;
      return borrow(value.pointer);
    case Kind::Int:
      if (value.tag != FM_INT && value.tag != FM_BOOL) break;
      return value.integer;
    case Kind::Float:
      if (!numeric(value) || value.tag == FM_COMPLEX) break;
      return real(value);
    case Kind::Bool:
      if (value.tag != FM_BOOL && value.tag != FM_INT) break;
      return truth(value);
    case Kind::Scalar:
      if (!numeric(value)) break;
      return scalar(value);
    case Kind::String:
      if (value.tag != FM_STRING) break;
      return std::string(static_cast<const char*>(value.pointer), value.count);
    case Kind::Device:
      if (value.tag != FM_DEVICE) break;
      return unpack(value.integer);
    case Kind::Generator:
      if (value.tag != FM_GENERATOR) break;
      return borrow_generator(value.pointer);
    case Kind::Ints: {
      c10::List<int64_t> list;
      if (value.tag == FM_INT) {
        list.push_back(value.integer);
        return list;
      }
      if (value.tag != FM_INTS) break;
      list.reserve(value.count);
      for (int32_t i = 0; i < value.count; ++i) list.push_back(static_cast<const int64_t*>(value.pointer)[i]);
      return list;
    }
    case Kind::Floats: {
      c10::List<double> list;
      if (value.tag != FM_DOUBLES) break;
      list.reserve(value.count);
      for (int32_t i = 0; i < value.count; ++i) list.push_back(static_cast<const double*>(value.pointer)[i]);
      return list;
    }
    case Kind::Bools: {
      c10::List<bool> list;
      if (value.tag != FM_BOOLS) break;
      for (int32_t i = 0; i < value.count; ++i) list.push_back(static_cast<const int64_t*>(value.pointer)[i] != 0);
      return list;
    }
    case Kind::Tensors: {
      c10::List<at::Tensor> list;
      if (value.tag != FM_TENSORS) break;
      list.reserve(value.count);
      for (int32_t i = 0; i < value.count; ++i) list.push_back(borrow(static_cast<void* const*>(value.pointer)[i]));
      return list;
    }
    case Kind::OptionalTensors: {
      // Written without naming "optional", whose home has moved between releases.
      c10::impl::GenericList list(c10::OptionalType::create(c10::TensorType::get()));
      if (value.tag != FM_TENSORS) break;
      list.reserve(value.count);
      for (int32_t i = 0; i < value.count; ++i) {
        void* element = static_cast<void* const*>(value.pointer)[i];
        list.push_back(element == nullptr ? c10::IValue() : c10::IValue(borrow(element)));
      }
      return list;
    }
    case Kind::Scalars: {
      c10::List<at::Scalar> list;
      if (value.tag != FM_DOUBLES) break;
      for (int32_t i = 0; i < value.count; ++i) list.push_back(static_cast<const double*>(value.pointer)[i]);
      return list;
    }
    case Kind::Other:
      break;
  }
  mismatch(op, position, value);
}

// Lists of results wait here until the caller has copied their handles.
thread_local std::vector<void*> listed;

void unbox(c10::IValue value, FmValue& result) {
  result.count = 0;
  result.integer = 0;
  if (value.isTensor()) {
    result.tag = FM_TENSOR;
    result.pointer = release(std::move(value).toTensor());
  } else if (value.isTensorList()) {
    const auto tensors = value.toTensorVector();
    listed.clear();
    for (const auto& tensor : tensors) listed.push_back(release(tensor));
    result.tag = FM_TENSORS;
    result.count = static_cast<int32_t>(listed.size());
    result.pointer = listed.data();
  } else if (value.isBool()) {
    result.tag = FM_BOOL;
    result.integer = value.toBool();
  } else if (value.isInt()) {
    result.tag = FM_INT;
    result.integer = value.toInt();
  } else if (value.isDouble()) {
    result.tag = FM_DOUBLE;
    result.real = value.toDouble();
  } else if (value.isNone()) {
    result.tag = FM_NONE;
  } else {
    TORCH_CHECK(false, "a result of type ", value.tagKind(), " does not cross");
  }
}

// The stack keeps its memory from call to call, but never a tensor: not even after a failure.
class Stack {
 public:
  Stack() { values_.clear(); }
  ~Stack() { values_.clear(); }
  std::vector<c10::IValue>& values() { return values_; }

 private:
  thread_local static std::vector<c10::IValue> values_;
};
thread_local std::vector<c10::IValue> Stack::values_;

}  // namespace

void remember(std::string message) { last_error = std::move(message); }

}  // namespace facemix

using namespace facemix;

const char* fm_error() { return last_error.c_str(); }

int fm_operator(const char* name, const char* overload, void** found) {
  return guarded([&] {
    auto op = new Operator{c10::Dispatcher::singleton().findSchemaOrThrow(name, overload), {}, {}};
    for (const auto& argument : op->handle.schema().arguments()) {
      op->kinds.push_back(kind_of(*argument.type()));
      op->optional.push_back(argument.type()->kind() == c10::TypeKind::OptionalType);
    }
    *found = op;
  });
}

int fm_call(void* handle, const FmValue* arguments, int32_t argument_count, FmValue* results, int32_t result_capacity,
            int32_t* result_count) {
  return guarded([&] {
    const auto& op = *static_cast<const Operator*>(handle);
    const auto& schema = op.handle.schema();
    const auto taken = op.kinds.size();
    TORCH_CHECK(static_cast<size_t>(argument_count) <= taken, schema.name(), " takes ", taken, " arguments, not ",
                argument_count);
    Stack stack;
    auto& values = stack.values();
    for (size_t i = 0; i < taken; ++i) {
      if (i < static_cast<size_t>(argument_count)) {
        values.push_back(boxed(op, i, arguments[i]));
      } else {
        const auto& fallback = schema.arguments()[i].default_value();
        TORCH_CHECK(fallback.has_value(), schema.name(), " needs its argument '", schema.arguments()[i].name(), "'");
        values.push_back(*fallback);
      }
    }
    op.handle.callBoxed(&values);
    int32_t count = 0;
    for (auto& value : values) {
      if (count == result_capacity) break;
      unbox(std::move(value), results[count++]);
    }
    *result_count = count;
  });
}
