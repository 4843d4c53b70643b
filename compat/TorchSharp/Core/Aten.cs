using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace FaceMix.Torch;

/// <summary>
/// Runs any operator of libtorch by its name in the schema: "relu" is aten::relu, "add.Tensor" is aten::add with the
/// overload Tensor. Arguments come in the schema's order; those left out at the end take the schema's defaults.
/// </summary>
/// <remarks>
/// A name is looked up once; afterwards its handle is found by the address of the literal. A call allocates nothing
/// but its results.
/// </remarks>
internal static unsafe class Aten
{
    private const int ScratchOnStack = 128;
    private static readonly ConcurrentDictionary<string, nint> Handles = new(new SameLiteral());

    /// <summary>Runs an operator with one tensor as its result.</summary>
    public static torch.Tensor Call(string op, params ReadOnlySpan<Arg> arguments)
    {
        Value result;
        Run(op, arguments, &result, 1);
        return new torch.Tensor(Handle(op, result));
    }

    /// <summary>Runs an operator that changes its first argument, or whose result is not wanted.</summary>
    public static void Do(string op, params ReadOnlySpan<Arg> arguments)
    {
        var results = stackalloc Value[1];
        var count = Run(op, arguments, results, 1);
        if (count == 1 && results[0].Tag == Tag.Tensor) Library.fm_tensor_delete(results[0].Pointer);
    }

    /// <summary>Runs an operator with two tensors as its result.</summary>
    public static (torch.Tensor, torch.Tensor) Call2(string op, params ReadOnlySpan<Arg> arguments)
    {
        var results = stackalloc Value[2];
        Run(op, arguments, results, 2);
        return (new torch.Tensor(Handle(op, results[0])), new torch.Tensor(Handle(op, results[1])));
    }

    /// <summary>Runs an operator with three tensors as its result.</summary>
    public static (torch.Tensor, torch.Tensor, torch.Tensor) Call3(string op, params ReadOnlySpan<Arg> arguments)
    {
        var results = stackalloc Value[3];
        Run(op, arguments, results, 3);
        return (new torch.Tensor(Handle(op, results[0])), new torch.Tensor(Handle(op, results[1])), new torch.Tensor(Handle(op, results[2])));
    }

    /// <summary>Runs an operator with a list of tensors as its result.</summary>
    public static torch.Tensor[] CallList(string op, params ReadOnlySpan<Arg> arguments)
    {
        Value result;
        Run(op, arguments, &result, 1);
        if (result.Tag != Tag.Tensors) throw new TorchException(Full(op), "", $"the result is {result.Tag}, not a list of tensors");
        var tensors = new torch.Tensor[result.Count];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = new torch.Tensor(((nint*)result.Pointer)[i]);
        return tensors;
    }

    /// <summary>Runs an operator with a truth value as its result.</summary>
    public static bool CallBool(string op, params ReadOnlySpan<Arg> arguments)
    {
        Value result;
        Run(op, arguments, &result, 1);
        return result.Integer != 0;
    }

    private static int Run(string op, ReadOnlySpan<Arg> arguments, Value* results, int capacity)
    {
        var handle = Handles.TryGetValue(op, out var known) ? known : Find(op);
        var room = 0;
        foreach (ref readonly var argument in arguments)
            if (argument.Tag >= Tag.Ints) room += argument.Room;

        if (room > ScratchOnStack)
        {
            fixed (long* scratch = new long[room]) return Run(op, handle, arguments, scratch, results, capacity);
        }
        var small = stackalloc long[room];
        return Run(op, handle, arguments, small, results, capacity);
    }

    [SkipLocalsInit]
    private static int Run(string op, nint handle, ReadOnlySpan<Arg> arguments, long* scratch, Value* results, int capacity)
    {
        var values = stackalloc Value[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].Write(scratch);
            if (arguments[i].Tag >= Tag.Ints) scratch += arguments[i].Room;
        }
        int count;
        var status = Library.fm_call(handle, values, arguments.Length, results, capacity, &count);
        if (status != 0) Fail(op, arguments);
        // A tensor whose last use is this call must not be finalised while the call runs.
        foreach (ref readonly var argument in arguments) GC.KeepAlive(argument.Reference);
        return count;
    }

    private static nint Handle(string op, in Value result) => result.Tag == Tag.Tensor && result.Pointer != 0
        ? result.Pointer
        : throw new TorchException(Full(op), "", $"the result is {result.Tag}, not a tensor");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Find(string op)
    {
        var dot = op.IndexOf('.');
        nint handle;
        Library.Check(Library.fm_operator(Full(dot < 0 ? op : op[..dot]), dot < 0 ? "" : op[(dot + 1)..], &handle), Full(op));
        return Handles.GetOrAdd(op, handle);
    }

    [DoesNotReturn, MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail(string op, ReadOnlySpan<Arg> arguments)
    {
        // The message first: describing a tensor calls the library again.
        var message = Library.LastError();
        var described = new string[arguments.Length];
        for (var i = 0; i < arguments.Length; i++) described[i] = arguments[i].Describe();
        throw new TorchException(Full(op), string.Join(", ", described), message);
    }

    private static string Full(string op) => op.Contains("::", StringComparison.Ordinal) ? op : "aten::" + op;

    private sealed class SameLiteral : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => ReferenceEquals(x, y);
        public int GetHashCode(string name) => RuntimeHelpers.GetHashCode(name);
    }
}
