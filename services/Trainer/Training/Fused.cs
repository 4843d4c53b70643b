using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>
/// Operations on whole lists of tensors, one call for a network instead of a few for each of its arrays. They are written in
/// TorchScript (<c>fused.py</c>), which reaches every operator of libtorch. None records gradients.
/// </summary>
public static class Fused
{
    private static readonly Lazy<jit.CompilationUnit> s_unit = new(() =>
    {
        using var stream = typeof(Fused).Assembly.GetManifestResourceStream("FaceMix.Trainer.Training.fused.py")!;
        return jit.compile(new StreamReader(stream).ReadToEnd());
    });

    /// <summary>One step of Adam on every parameter; the lists are as long as each other and their tensors lie alike in memory.</summary>
    /// <param name="decoupled">Whether weight decay is AdamW's.</param>
    /// <param name="parameters">Changed in place, like <paramref name="means"/> and <paramref name="squares"/>.</param>
    /// <param name="gradients">Of the parameters.</param>
    /// <param name="means">First moments.</param>
    /// <param name="squares">Second moments.</param>
    /// <param name="step">How many steps they have taken, this one included.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="beta1">Share of the old first moment.</param>
    /// <param name="beta2">Share of the old second moment.</param>
    /// <param name="epsilon">Added to the denominator.</param>
    /// <param name="decay">Weight decay.</param>
    public static void Adam(
        bool decoupled, Tensor[] parameters, Tensor[] gradients, Tensor[] means, Tensor[] squares, long step, double rate, double beta1, double beta2, double epsilon, double decay)
    {
        using var scope = NewDisposeScope();
        var count = full([], (float)step, ScalarType.Float32, parameters[0].device);
        Call(decoupled ? "adamw" : "adam", parameters, gradients, means, squares, count, rate, beta1, beta2, epsilon, decay);
    }

    /// <summary>Euclidean norm of all numbers in all tensors, a scalar.</summary>
    public static Tensor Norm(Tensor[] tensors) => (Tensor)Call("norm", [tensors])!;

    /// <summary>Multiplies every tensor by a scalar, in place.</summary>
    public static void Scale(Tensor[] tensors, Tensor factor) => Call("scale", tensors, factor);

    /// <summary>Moves every tensor by a share of the way to its end, in place.</summary>
    public static void Lerp(Tensor[] tensors, Tensor[] ends, double share) => Call("lerp", tensors, ends, share);

    private static object? Call(string name, params object[] arguments)
    {
        using var noGrad = no_grad();
        // A number's native half must live until the call is over, so it is made here and not within the call.
        var numbers = arguments.Select(argument => argument is double number ? number.ToScalar() : null).ToList();
        var result = s_unit.Value.invoke(name, [.. arguments.Zip(numbers, (argument, number) => number ?? argument)]);
        numbers.ForEach(number => number?.Dispose());
        return result;
    }
}
