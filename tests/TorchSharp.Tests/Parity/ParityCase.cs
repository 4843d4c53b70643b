using System.Reflection;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom.Parity;

/// <summary>An operator as C# calls it and as Python does; the inputs are a, b, c and so on in both.</summary>
/// <param name="Name">What a failure says.</param>
/// <param name="Inputs">Their descriptions: see <see cref="Samples"/>.</param>
/// <param name="Here">The call; it returns a tensor, several of them, or a truth value.</param>
/// <param name="There">The expression in Python.</param>
internal sealed record ParityCase(string Name, string[] Inputs, Func<Tensor[], object?> Here, string There)
{
    /// <summary>The operators that the case calls.</summary>
    public IReadOnlyCollection<MethodBase> Covers { get; init; } = Calls.In(Here.Method);

    /// <summary>A written case that names its inputs by their sizes.</summary>
    public ParityCase(string name, long[][] shapes, Func<Tensor[], object?> here, string there)
        : this(name, shapes.Select(shape => string.Join(",", shape)).ToArray(), here, there)
    {
    }

    /// <summary>The tensors of a result, in order.</summary>
    public static IEnumerable<Tensor> Flat(object? result) => result switch
    {
        Tensor one => [one],
        bool truth => [tensor(truth)],
        IEnumerable<Tensor> many => many,
        ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(i => Flat(tuple[i])),
        _ => throw new NotSupportedException($"a result of type {result?.GetType()}"),
    };
}
