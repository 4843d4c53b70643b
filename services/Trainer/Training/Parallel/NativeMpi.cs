using System.Runtime.InteropServices;

namespace FaceMix.Trainer.Training.Parallel;

/// <summary>What FaceMix needs of Open MPI's C interface. Its handles are addresses of the library's own symbols.</summary>
internal static unsafe partial class NativeMpi
{
    /// <summary>Open MPI 3 to 5: the name of its C interface has not changed since.</summary>
    private const string Library = "libmpi.so.40";

    /// <summary>One thread at a time calls MPI: gradients on a GPU come from a thread of libtorch's own.</summary>
    public const int ThreadSerialized = 2;

    /// <summary>The result replaces what is sent.</summary>
    public static readonly void* InPlace = (void*)1;

    private static nint s_library;

    public static nint World { get; private set; }

    public static nint Float { get; private set; }

    public static nint Double { get; private set; }

    public static nint Byte { get; private set; }

    public static nint Sum { get; private set; }

    public static nint Max { get; private set; }

    public static nint ErrorsReturn { get; private set; }

    /// <exception cref="UsageException">Open MPI is not installed.</exception>
    public static void Load()
    {
        if (s_library != 0)
            return;
        if (!NativeLibrary.TryLoad(Library, out s_library))
            throw new UsageException($"Training in several processes needs Open MPI, and there is no {Library} here; install the package openmpi-bin.");
        World = Symbol("ompi_mpi_comm_world");
        Float = Symbol("ompi_mpi_float");
        Double = Symbol("ompi_mpi_double");
        Byte = Symbol("ompi_mpi_byte");
        Sum = Symbol("ompi_mpi_op_sum");
        Max = Symbol("ompi_mpi_op_max");
        ErrorsReturn = Symbol("ompi_mpi_errors_return");
    }

    [LibraryImport(Library)]
    public static partial int MPI_Init_thread(int* count, byte*** arguments, int required, out int provided);

    [LibraryImport(Library)]
    public static partial int MPI_Comm_set_errhandler(nint communicator, nint handler);

    [LibraryImport(Library)]
    public static partial int MPI_Comm_rank(nint communicator, out int rank);

    [LibraryImport(Library)]
    public static partial int MPI_Comm_size(nint communicator, out int size);

    [LibraryImport(Library)]
    public static partial int MPI_Allreduce(void* sent, void* received, int count, nint type, nint operation, nint communicator);

    [LibraryImport(Library)]
    public static partial int MPI_Allgather(void* sent, int sentCount, nint sentType, void* received, int receivedCount, nint receivedType, nint communicator);

    [LibraryImport(Library)]
    public static partial int MPI_Bcast(void* data, int count, nint type, int root, nint communicator);

    [LibraryImport(Library)]
    public static partial int MPI_Ibarrier(nint communicator, out nint request);

    /// <param name="request">Becomes null once it is done.</param>
    /// <param name="done">1 once it is.</param>
    /// <param name="status">0: not asked for.</param>
    [LibraryImport(Library)]
    public static partial int MPI_Test(ref nint request, out int done, nint status);

    [LibraryImport(Library)]
    public static partial int MPI_Error_string(int code, byte* text, out int length);

    [LibraryImport(Library)]
    public static partial int MPI_Abort(nint communicator, int exitCode);

    [LibraryImport(Library)]
    public static partial int MPI_Finalize();

    private static nint Symbol(string name) => NativeLibrary.GetExport(s_library, name);
}
