using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training.Parallel;

/// <summary>
/// This process among those that <c>mpirun</c> started to train one model, or alone. Every process makes the same calls in the same order; a
/// call returns in none before all have made it. One thread at a time uses it.
/// </summary>
public sealed unsafe class ProcessGroup : IDisposable
{
    private const string SizeVariable = "OMPI_COMM_WORLD_SIZE";
    private const string LocalRankVariable = "OMPI_COMM_WORLD_LOCAL_RANK";
    private const int LongestError = 256; // MPI_MAX_ERROR_STRING
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(20);

    private ProcessGroup(int rank, int size, int? localRank) => (Rank, Size, LocalRank) = (rank, size, localRank);

    public int Rank { get; }

    public int Size { get; }

    /// <summary>Which of the processes on this machine; null: there is no other.</summary>
    public int? LocalRank { get; }

    /// <summary>Whether this process goes on by itself.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>True in the one process that writes, publishes and reports.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>Whether this process trains with others: <c>mpirun</c> has started more than one.</summary>
    public static bool IsOneOfSeveral => Number(SizeVariable) > 1;

    /// <summary>Meets the other processes that <c>mpirun</c> has started, if any.</summary>
    /// <exception cref="UsageException">Open MPI's library is not installed.</exception>
    /// <exception cref="MpiException">The library does not start.</exception>
    public static ProcessGroup Join()
    {
        if (!IsOneOfSeveral)
            return new ProcessGroup(0, 1, null);
        NativeMpi.Load();
        Check(NativeMpi.MPI_Init_thread(null, null, NativeMpi.ThreadSerialized, out var provided), "MPI_Init_thread");
        if (provided < NativeMpi.ThreadSerialized)
            throw new MpiException("This Open MPI was built without support for threads (MPI_THREAD_SERIALIZED).");
        Check(NativeMpi.MPI_Comm_set_errhandler(NativeMpi.World, NativeMpi.ErrorsReturn), "MPI_Comm_set_errhandler");
        Check(NativeMpi.MPI_Comm_rank(NativeMpi.World, out var rank), "MPI_Comm_rank");
        Check(NativeMpi.MPI_Comm_size(NativeMpi.World, out var size), "MPI_Comm_size");
        return new ProcessGroup(rank, size, Number(LocalRankVariable) ?? throw new MpiException($"Open MPI has not set {LocalRankVariable}."));
    }

    /// <summary>Sums over all processes, in place; every process has the same bits afterwards.</summary>
    /// <param name="tensor">float32 or float64, contiguous, in main memory, alike in every process.</param>
    public void Sum(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var type = TypeOf(tensor);
        if (Size == 1)
            return;
        fixed (byte* data = tensor.bytes)
            Check(NativeMpi.MPI_Allreduce(NativeMpi.InPlace, data, checked((int)tensor.numel()), type, NativeMpi.Sum, NativeMpi.World), "MPI_Allreduce");
    }

    /// <summary>Sums over all processes, in place.</summary>
    public void Sum(Span<double> values) => Reduce(values, NativeMpi.Sum);

    /// <summary>The largest of all processes, in place.</summary>
    public void Max(Span<double> values) => Reduce(values, NativeMpi.Max);

    /// <summary>Every process's tensor, in the order of the ranks.</summary>
    /// <param name="tensor">[...], float32 or float64, contiguous, in main memory, alike in every process.</param>
    /// <returns>[size, ...].</returns>
    public Tensor Gather(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var type = TypeOf(tensor);
        if (Size == 1)
            return tensor.unsqueeze(0);
        var all = empty([Size, .. tensor.shape], tensor.dtype);
        var count = checked((int)tensor.numel());
        fixed (byte* mine = tensor.bytes, everyone = all.bytes)
            Check(NativeMpi.MPI_Allgather(mine, count, type, everyone, count, type, NativeMpi.World), "MPI_Allgather");
        return all;
    }

    /// <summary>Gives rank 0's values to every process.</summary>
    /// <param name="tensor">Of any type, contiguous, in main memory, alike in every process.</param>
    public void Broadcast(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        RequireMainMemory(tensor);
        Broadcast(tensor.bytes);
    }

    /// <summary>Gives the text that rank 0 makes to every process.</summary>
    public string FromFirst(Func<string> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = IsFirst ? Encoding.UTF8.GetBytes(text()) : [];
        Wait();
        var length = bytes.Length;
        Broadcast(MemoryMarshal.AsBytes(new Span<int>(ref length)));
        if (!IsFirst)
            bytes = new byte[length];
        Broadcast(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>On each machine one process works first, then the others do the same; so a cache is filled once. The work may take long.</summary>
    public T LocalFirst<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (LocalRank is > 0)
        {
            Wait();
            return work();
        }
        var result = work();
        Wait();
        return result;
    }

    /// <summary>Compares something that must be the same in every process, such as the number of faces.</summary>
    /// <exception cref="MpiException">In the process that differs.</exception>
    public void Agree(string what, string value)
    {
        var first = FromFirst(() => value);
        if (first != value)
            throw new MpiException($"The processes differ in {what}: rank 0 has {first}, rank {Rank} has {value}.");
    }

    /// <summary>Waits for the others without using the processor, however long it takes.</summary>
    public void Wait()
    {
        if (Size == 1)
            return;
        Check(NativeMpi.MPI_Ibarrier(NativeMpi.World, out var request), "MPI_Ibarrier");
        while (true)
        {
            Check(NativeMpi.MPI_Test(ref request, out var done, status: 0), "MPI_Test");
            if (done != 0)
                return;
            Thread.Sleep(s_lookEvery);
        }
    }

    /// <summary>Ends all processes, this one too. To be called by one that cannot go on, once it has said why.</summary>
    public void Abort(int exitCode)
    {
        HasLeft = true;
        Console.Error.Flush();
        if (Size > 1)
            _ = NativeMpi.MPI_Abort(NativeMpi.World, exitCode);
        Environment.Exit(exitCode);
    }

    /// <summary>Leaves, once all processes do; each goes on by itself.</summary>
    public void Dispose()
    {
        if (HasLeft)
            return;
        HasLeft = true;
        // Rank 0 may still be at work on the last step's checkpoint.
        Wait();
        if (Size > 1)
            Check(NativeMpi.MPI_Finalize(), "MPI_Finalize");
    }

    private void Reduce(Span<double> values, nint operation)
    {
        if (Size == 1)
            return;
        fixed (double* data = values)
            Check(NativeMpi.MPI_Allreduce(NativeMpi.InPlace, data, values.Length, NativeMpi.Double, operation, NativeMpi.World), "MPI_Allreduce");
    }

    private void Broadcast(Span<byte> bytes)
    {
        if (Size == 1)
            return;
        fixed (byte* data = bytes)
            Check(NativeMpi.MPI_Bcast(data, bytes.Length, NativeMpi.Byte, root: 0, NativeMpi.World), "MPI_Bcast");
    }

    private static nint TypeOf(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string? name = null)
    {
        RequireMainMemory(tensor, name);
        return tensor.dtype switch
        {
            ScalarType.Float32 => NativeMpi.Float,
            ScalarType.Float64 => NativeMpi.Double,
            _ => throw new ArgumentException($"A tensor of {tensor.dtype} cannot be summed; it must be float32 or float64.", name),
        };
    }

    private static void RequireMainMemory(Tensor tensor, string? name = nameof(tensor))
    {
        if (tensor.device_type != TorchSharp.DeviceType.CPU || !tensor.is_contiguous())
            throw new ArgumentException("MPI reads contiguous tensors in main memory only.", name);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static void Check(int code, string call)
    {
        if (code == 0)
            return;
        var text = stackalloc byte[LongestError];
        var reason = NativeMpi.MPI_Error_string(code, text, out var length) == 0 ? Encoding.UTF8.GetString(text, length) : $"error {code}";
        throw new MpiException($"{call} failed: {reason}.");
    }
}
