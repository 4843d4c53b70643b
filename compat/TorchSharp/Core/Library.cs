using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FaceMix.Torch;

/// <summary>One value on its way to or from libtorch; the layout is FmValue's in native/torch.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Value
{
    [FieldOffset(0)] public Tag Tag;
    [FieldOffset(4)] public int Count;
    [FieldOffset(8)] public long Integer;
    [FieldOffset(8)] public double Real;
    [FieldOffset(8)] public nint Pointer;
}

internal enum Tag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    Ints = 5,
    Doubles = 6,
    Bools = 7,
    Tensors = 8,
    String = 9,
    Device = 10,
    Generator = 11,
    Complex = 12,
}

/// <summary>
/// The functions of libfacemix_torch.so. Those that return in nanoseconds skip the garbage collector's transition.
/// </summary>
internal static unsafe partial class Library
{
    private const string Name = "facemix_torch";

    [LibraryImport(Name)] public static partial byte* fm_error();
    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)] public static partial int fm_operator(string name, string overload, nint* found);
    [LibraryImport(Name)] public static partial int fm_call(nint op, Value* arguments, int argumentCount, Value* results, int resultCapacity, int* resultCount);

    [LibraryImport(Name)] public static partial void fm_tensor_delete(nint tensor);
    [LibraryImport(Name)] public static partial nint fm_tensor_share(nint tensor);
    [LibraryImport(Name), SuppressGCTransition] public static partial long fm_tensor_dimensions(nint tensor);
    [LibraryImport(Name)] public static partial int fm_tensor_sizes(nint tensor, long* sizes);
    [LibraryImport(Name)] public static partial int fm_tensor_strides(nint tensor, long* strides);
    [LibraryImport(Name), SuppressGCTransition] public static partial long fm_tensor_elements(nint tensor);
    [LibraryImport(Name), SuppressGCTransition] public static partial long fm_tensor_storage_offset(nint tensor);
    [LibraryImport(Name), SuppressGCTransition] public static partial int fm_tensor_dtype(nint tensor);
    [LibraryImport(Name), SuppressGCTransition] public static partial long fm_tensor_device(nint tensor);
    [LibraryImport(Name), SuppressGCTransition] public static partial long fm_tensor_element_size(nint tensor);
    [LibraryImport(Name), SuppressGCTransition] public static partial int fm_tensor_is_contiguous(nint tensor);
    [LibraryImport(Name), SuppressGCTransition] public static partial int fm_tensor_is_sparse(nint tensor);
    [LibraryImport(Name)] public static partial int fm_tensor_data(nint tensor, void** data);
    [LibraryImport(Name)] public static partial int fm_tensor_from(void* data, long* sizes, int dimensions, int dtype, nint* created);
    [LibraryImport(Name)] public static partial int fm_tensor_item(nint tensor, Value* item);

    [LibraryImport(Name)] public static partial int fm_backward(nint* tensors, nint* gradients, int count, nint* inputs, int inputCount, int retainGraph, int createGraph);
    [LibraryImport(Name)] public static partial int fm_grad(nint* outputs, nint* gradients, int count, nint* inputs, int inputCount, int retainGraph, int createGraph, int allowUnused, nint* found);
    [LibraryImport(Name)] public static partial int fm_tensor_grad(nint tensor, nint* gradient);
    [LibraryImport(Name)] public static partial int fm_tensor_set_grad(nint tensor, nint gradient);
    [LibraryImport(Name), SuppressGCTransition] public static partial int fm_tensor_requires_grad(nint tensor);
    [LibraryImport(Name)] public static partial int fm_tensor_set_requires_grad(nint tensor, int requiresGrad);
    [LibraryImport(Name)] public static partial int fm_tensor_is_leaf(nint tensor);
    [LibraryImport(Name)] public static partial int fm_tensor_retain_grad(nint tensor);
    [LibraryImport(Name)] public static partial int fm_tensor_set_data(nint tensor, nint source);
    [LibraryImport(Name), SuppressGCTransition] public static partial int fm_grad_mode();
    [LibraryImport(Name), SuppressGCTransition] public static partial void fm_set_grad_mode(int enabled);
    [LibraryImport(Name), SuppressGCTransition] public static partial int fm_inference_mode();
    [LibraryImport(Name)] public static partial nint fm_open_inference_mode(int enabled);
    [LibraryImport(Name)] public static partial void fm_close_inference_mode(nint guard);
    [LibraryImport(Name)] public static partial int fm_autocast(int deviceType);
    [LibraryImport(Name)] public static partial int fm_set_autocast(int deviceType, int enabled, int dtype);
    [LibraryImport(Name)] public static partial void fm_clear_autocast_cache();

    [LibraryImport(Name)] public static partial int fm_adam(nint* parameters, nint* means, nint* squares, nint* largest, long* steps, int count, AdamStep* options);
    [LibraryImport(Name)] public static partial int fm_clip_gradients(nint* parameters, int count, double limit, double* norm);
    [LibraryImport(Name)] public static partial int fm_fixed_clip(nint* parameters, int count, double limit, nint* norm);
    [LibraryImport(Name)] public static partial int fm_fixed_adam(nint* parameters, nint* means, nint* squares, int count, nint rate, nint step, nint taken, AdamStep* options);
    [LibraryImport(Name)] public static partial int fm_fixed_average(nint* averages, nint* sources, int count, nint kept, nint taken);

    [LibraryImport(Name)] public static partial int fm_graph_available();
    [LibraryImport(Name)] public static partial int fm_graph_create(int device, nint* graph);
    [LibraryImport(Name)] public static partial int fm_graph_enter(nint graph, int record);
    [LibraryImport(Name)] public static partial int fm_graph_leave(nint graph);
    [LibraryImport(Name)] public static partial int fm_graph_replay(nint graph);
    [LibraryImport(Name)] public static partial void fm_graph_delete(nint graph);

    [LibraryImport(Name)] public static partial byte* fm_torch_version();
    [LibraryImport(Name)] public static partial int fm_manual_seed(long seed);
    [LibraryImport(Name)] public static partial int fm_generator_default(long device, nint* generator);
    [LibraryImport(Name)] public static partial int fm_generator_create(long seed, long device, nint* generator);
    [LibraryImport(Name)] public static partial void fm_generator_delete(nint generator);
    [LibraryImport(Name)] public static partial int fm_generator_seed(nint generator, long seed);
    [LibraryImport(Name)] public static partial int fm_generator_current_seed(nint generator, long* seed);
    [LibraryImport(Name)] public static partial int fm_generator_new_seed(nint generator, long* seed);
    [LibraryImport(Name)] public static partial int fm_generator_state(nint generator, nint* state);
    [LibraryImport(Name)] public static partial int fm_generator_set_state(nint generator, nint state);
    [LibraryImport(Name)] public static partial int fm_threads();
    [LibraryImport(Name)] public static partial int fm_set_threads(int count);
    [LibraryImport(Name)] public static partial int fm_interop_threads();
    [LibraryImport(Name)] public static partial int fm_set_interop_threads(int count);
    [LibraryImport(Name)] public static partial int fm_cuda_available();
    [LibraryImport(Name)] public static partial int fm_cuda_count();
    [LibraryImport(Name)] public static partial int fm_cudnn_available();
    [LibraryImport(Name)] public static partial int fm_cuda_synchronize(int device);
    [LibraryImport(Name)] public static partial int fm_flag(int which, int* value);
    [LibraryImport(Name)] public static partial int fm_set_flag(int which, int value);

    /// <summary>Throws what libtorch said when a call of this library failed.</summary>
    /// <param name="status">What the call returned: 0 is success.</param>
    /// <param name="call">What was called.</param>
    /// <exception cref="TorchException">The status is not 0.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(int status, string call)
    {
        if (status != 0) throw new TorchException(call, "", LastError());
    }

    /// <summary>The same; the message then also says what was given.</summary>
    public static void Check(int status, string call, Arg given)
    {
        if (status == 0) return;
        // The message first: describing a tensor calls the library again.
        var message = LastError();
        throw new TorchException(call, given.Describe(), message);
    }

    public static string LastError() => Marshal.PtrToStringUTF8((nint)fm_error()) ?? "";
}
