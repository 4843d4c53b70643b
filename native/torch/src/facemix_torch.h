// The C surface of libfacemix_torch: what compat/TorchSharp calls, and nothing else.
//
// Every function that can fail returns 0 when it succeeded and 1 when it did not; the message of the failure is then
// fm_error() of the same thread. No exception leaves this library.
//
// A tensor crosses as the address of its TensorImpl with one reference owned by the receiver: fm_tensor_delete gives
// it back. The same tensor therefore always has the same address, as long as anyone holds it.
#pragma once

#include <stdint.h>

#define FM_API extern "C" __attribute__((visibility("default")))

enum FmTag : int32_t {
  FM_NONE = 0,
  FM_TENSOR = 1,       // pointer
  FM_INT = 2,          // integer
  FM_DOUBLE = 3,       // real
  FM_BOOL = 4,         // integer
  FM_INTS = 5,         // pointer to count int64
  FM_DOUBLES = 6,      // pointer to count double
  FM_BOOLS = 7,        // pointer to count int64, zero or not
  FM_TENSORS = 8,      // pointer to count tensors; a null one is "no tensor" where the schema allows it
  FM_STRING = 9,       // pointer to count bytes of UTF-8
  FM_DEVICE = 10,      // integer: type << 32 | index, index -1 for "the current one"
  FM_GENERATOR = 11,   // pointer
  FM_COMPLEX = 12,     // pointer to two double
};

struct FmValue {
  int32_t tag;
  int32_t count;
  union {
    int64_t integer;
    double real;
    void* pointer;
  };
};

// operators.cpp
FM_API const char* fm_error();
// Finds "aten::name" with this overload; the operator lives as long as the process.
FM_API int fm_operator(const char* name, const char* overload, void** found);
// Runs the operator. Arguments are in the schema's order; those left out at the end take the schema's defaults.
// A list of tensors among the results is valid until this thread's next call.
FM_API int fm_call(void* op, const FmValue* arguments, int32_t argument_count, FmValue* results,
                   int32_t result_capacity, int32_t* result_count);

// tensors.cpp
FM_API void fm_tensor_delete(void* tensor);
FM_API void* fm_tensor_share(void* tensor);
FM_API int64_t fm_tensor_dimensions(void* tensor);
FM_API int fm_tensor_sizes(void* tensor, int64_t* sizes);
FM_API int fm_tensor_strides(void* tensor, int64_t* strides);
FM_API int64_t fm_tensor_elements(void* tensor);
FM_API int64_t fm_tensor_storage_offset(void* tensor);
FM_API int32_t fm_tensor_dtype(void* tensor);
FM_API int64_t fm_tensor_device(void* tensor);
FM_API int64_t fm_tensor_element_size(void* tensor);
FM_API int32_t fm_tensor_is_contiguous(void* tensor);
FM_API int32_t fm_tensor_is_sparse(void* tensor);
FM_API int fm_tensor_data(void* tensor, void** data);
// A new tensor in main memory with a copy of the bytes at data.
FM_API int fm_tensor_from(const void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, void** created);
FM_API int fm_tensor_item(void* tensor, FmValue* item);

// autograd.cpp
FM_API int fm_backward(void* const* tensors, void* const* gradients, int32_t count, void* const* inputs,
                       int32_t input_count, int32_t retain_graph, int32_t create_graph);
FM_API int fm_grad(void* const* outputs, void* const* gradients, int32_t count, void* const* inputs,
                   int32_t input_count, int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** found);
FM_API int fm_tensor_grad(void* tensor, void** gradient);
FM_API int fm_tensor_set_grad(void* tensor, void* gradient);
FM_API int32_t fm_tensor_requires_grad(void* tensor);
FM_API int fm_tensor_set_requires_grad(void* tensor, int32_t requires_grad);
FM_API int32_t fm_tensor_is_leaf(void* tensor);
FM_API int fm_tensor_retain_grad(void* tensor);
FM_API int fm_tensor_set_data(void* tensor, void* source);
FM_API int32_t fm_grad_mode();
FM_API void fm_set_grad_mode(int32_t enabled);
FM_API int32_t fm_inference_mode();
// A guard that must be closed by the thread that opened it, in reverse order of opening.
FM_API void* fm_open_inference_mode(int32_t enabled);
FM_API void fm_close_inference_mode(void* guard);
// Autocast on a kind of device; dtype as ScalarType. Leaving the outermost region must clear the cache of casts.
FM_API int32_t fm_autocast(int32_t device_type);
FM_API int fm_set_autocast(int32_t device_type, int32_t enabled, int32_t dtype);
FM_API void fm_clear_autocast_cache();

// optimizers.cpp
struct FmAdam {
  double rate, beta1, beta2, epsilon, decay;
  int32_t decoupled, maximize;  // decoupled: the decay shrinks the parameter (AdamW) instead of adding to its gradient
};

// One step of Adam for all parameters that have a gradient, in their place; steps, the numbers of steps taken, count
// up for those. largest is null without AMSGrad.
FM_API int fm_adam(void* const* parameters, void* const* means, void* const* squares, void* const* largest,
                   int64_t* steps, int32_t count, const FmAdam* options);
// Scales the gradients of all parameters down until their common 2-norm is at most the limit; norm is the one before.
FM_API int fm_clip_gradients(void* const* parameters, int32_t count, double limit, double* norm);

// fixed_step.cpp: the same for steps that are recorded, where every number that changes is a tensor: float64 scalars but
// for taken, a bool that says whether the step counts or leaves everything as it is.
// A limit of 0 leaves the gradients as they are; norm is a float64 scalar.
FM_API int fm_fixed_clip(void* const* parameters, int32_t count, double limit, void** norm);
// The rate of options is not read, and maximize not known; step is the number of this step, from 1.
FM_API int fm_fixed_adam(void* const* parameters, void* const* means, void* const* squares, int32_t count, void* rate,
                         void* step, void* taken, const FmAdam* options);
// averages = averages * kept + sources * (1 - kept).
FM_API int fm_fixed_average(void* const* averages, void* const* sources, int32_t count, void* kept, void* taken);

// cuda.cpp
// Whether there is a GPU whose work this build can record.
FM_API int32_t fm_graph_available();
FM_API int fm_graph_create(int32_t device, void** graph);
// Between these two the thread works on the graph's stream; what it does is recorded instead of done if record is set.
FM_API int fm_graph_enter(void* graph, int32_t record);
FM_API int fm_graph_leave(void* graph);
FM_API int fm_graph_replay(void* graph);
FM_API void fm_graph_delete(void* graph);

// context.cpp
FM_API const char* fm_torch_version();
FM_API int fm_manual_seed(int64_t seed);
FM_API int fm_generator_default(int64_t device, void** generator);
FM_API int fm_generator_create(int64_t seed, int64_t device, void** generator);
FM_API void fm_generator_delete(void* generator);
FM_API int fm_generator_seed(void* generator, int64_t seed);
FM_API int fm_generator_current_seed(void* generator, int64_t* seed);
FM_API int fm_generator_new_seed(void* generator, int64_t* seed);
FM_API int fm_generator_state(void* generator, void** state);
FM_API int fm_generator_set_state(void* generator, void* state);
FM_API int32_t fm_threads();
FM_API int fm_set_threads(int32_t count);
FM_API int32_t fm_interop_threads();
FM_API int fm_set_interop_threads(int32_t count);
FM_API int32_t fm_cuda_available();
FM_API int32_t fm_cuda_count();
FM_API int32_t fm_cudnn_available();
FM_API int fm_cuda_synchronize(int32_t device);
// Switches of the whole process: 0 TF32 in matrix products, 1 TF32 in cuDNN, 2 cuDNN's search for the fastest
// algorithm, 3 deterministic algorithms only.
FM_API int fm_flag(int32_t which, int32_t* value);
FM_API int fm_set_flag(int32_t which, int32_t value);

// distributed.cpp
// Bit 0: Gloo, bit 1: NCCL.
FM_API int32_t fm_distributed_backends();
// Joins, or with serves also holds, the store at host:port; port 0 takes a free one. All keys get the prefix.
FM_API int fm_store_open(const char* host, int32_t port, int32_t serves, int64_t timeout_ms, const char* prefix,
                         void** opened, int32_t* bound_port);
FM_API void fm_store_delete(void* store);
FM_API int fm_store_set(void* store, const char* key, const void* data, int64_t count);
// Waits for the key; the bytes are valid until this thread's next call.
FM_API int fm_store_get(void* store, const char* key, const void** data, int64_t* count);
FM_API int fm_store_has(void* store, const char* key, int32_t* present);
FM_API int fm_store_add(void* store, const char* key, int64_t amount, int64_t* sum);
// backend 1: Gloo, listening on the address, or where empty on what the machine's name resolves to; 2: NCCL.
FM_API int fm_group_open(void* store, int32_t backend, int32_t rank, int32_t size, int64_t timeout_ms,
                         const char* address, void** opened);
// Waits for what is under way; never call it after a collective failed.
FM_API void fm_group_delete(void* group);
// Whether a collective has failed; the group is then of no more use.
FM_API int32_t fm_group_failed(void* group);
// operation 0: sum, 1: maximum, 2: minimum; in place.
FM_API int fm_all_reduce(void* group, void* tensor, int32_t operation, void** work);
FM_API int fm_broadcast(void* group, void* tensor, int32_t root, void** work);
FM_API int fm_barrier(void* group, void** work);
FM_API int fm_work_wait(void* group, void* work);
FM_API int32_t fm_work_done(void* work);
FM_API void fm_work_delete(void* work);

// buckets.cpp
// The group must outlive its buckets.
FM_API int fm_buckets_open(void* group, void* const* parameters, int32_t count, int64_t first_bytes, int64_t bytes,
                           void** opened);
FM_API void fm_buckets_delete(void* buckets);
FM_API int64_t fm_buckets_count(void* buckets);
// How many began their all-reduce before the last backward pass was over.
FM_API int64_t fm_buckets_early(void* buckets);
FM_API int fm_buckets_begin(void* buckets);
FM_API int fm_buckets_finish(void* buckets);

// sync_batch_norm.cpp
// Batch norm in training mode on this thread uses the group's statistics from now on; null: this process's own.
FM_API int fm_sync_batch_norm(void* group);
