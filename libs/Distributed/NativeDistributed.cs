using System.Runtime.InteropServices;
using TorchSharp;

namespace FaceMix.Distributed;

/// <summary>The part of libfacemix_torch.so that speaks c10d; see native/torch/src/facemix_torch.h.</summary>
internal static unsafe partial class NativeDistributed
{
    private const string Library = "facemix_torch";

    [LibraryImport(Library)] private static partial byte* fm_error();
    [LibraryImport(Library)] public static partial int fm_distributed_backends();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int fm_store_open(string host, int port, int serves, long timeoutMs, string prefix, nint* opened, int* boundPort);

    [LibraryImport(Library)] public static partial void fm_store_delete(nint store);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int fm_store_set(nint store, string key, byte* data, long count);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int fm_store_get(nint store, string key, byte** data, long* count);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int fm_store_has(nint store, string key, int* present);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int fm_store_add(nint store, string key, long amount, long* sum);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int fm_group_open(nint store, int backend, int rank, int size, long timeoutMs, string address, nint* opened);

    [LibraryImport(Library)] public static partial void fm_group_delete(nint group);
    [LibraryImport(Library)] public static partial int fm_group_failed(nint group);
    [LibraryImport(Library)] public static partial int fm_all_reduce(nint group, nint tensor, int operation, nint* work);
    [LibraryImport(Library)] public static partial int fm_broadcast(nint group, nint tensor, int root, nint* work);
    [LibraryImport(Library)] public static partial int fm_barrier(nint group, nint* work);
    [LibraryImport(Library)] public static partial int fm_work_wait(nint group, nint work);
    [LibraryImport(Library)] public static partial int fm_work_done(nint work);
    [LibraryImport(Library)] public static partial void fm_work_delete(nint work);

    [LibraryImport(Library)] public static partial int fm_buckets_open(nint group, nint* parameters, int count, long firstBytes, long bytes, nint* opened);
    [LibraryImport(Library)] public static partial void fm_buckets_delete(nint buckets);
    [LibraryImport(Library)] public static partial long fm_buckets_count(nint buckets);
    [LibraryImport(Library)] public static partial long fm_buckets_early(nint buckets);
    [LibraryImport(Library)] public static partial int fm_buckets_begin(nint buckets);
    [LibraryImport(Library)] public static partial int fm_buckets_finish(nint buckets);
    [LibraryImport(Library)] public static partial int fm_sync_batch_norm(nint group);

    /// <summary>What went wrong in this thread's last call.</summary>
    public static string LastError => Marshal.PtrToStringUTF8((nint)fm_error()) ?? string.Empty;

    /// <summary>The address of a tensor's TensorImpl: what our own binding's handle is, and what the package's points to.</summary>
    public static nint HandleOf(torch.Tensor tensor)
    {
#if COMPAT_PACKAGES
        return tensor.Handle;
#else
        // The package's handle is an at::Tensor*, and an at::Tensor is one pointer to its TensorImpl.
        return *(nint*)tensor.Handle;
#endif
    }
}
