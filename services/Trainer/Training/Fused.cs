using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>
/// Operations that TorchSharp lacks: on whole lists of tensors, one call for a network instead of a few for each of its arrays, and the
/// halves of batch norm. They are written in TorchScript (<c>fused.py</c>), which reaches every operator of libtorch. None records gradients.
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

    /// <summary>Mean and variance of every channel, by batch norm's own kernel: a reduction over [N, H, W] takes many times as long.</summary>
    /// <param name="x">[N, C, H, W] or [N, C].</param>
    /// <returns>Both [C]; the variance is divided by all, not by one less.</returns>
    public static (Tensor Mean, Tensor Variance) BatchNormStatistics(Tensor x)
    {
        var both = (Tensor[])Call("batch_norm_statistics", x)!;
        return (both[0], both[1]);
    }

    /// <summary>Gradients of batch norm whose mean and variance are constants.</summary>
    /// <param name="dy">Gradient of what it gave.</param>
    /// <param name="x">What it was given.</param>
    /// <param name="weight">[C]; null: there is none.</param>
    /// <param name="mean">[C].</param>
    /// <param name="variance">[C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>As <paramref name="x"/>, [C] and [C].</returns>
    public static (Tensor Input, Tensor Weight, Tensor Bias) BatchNormGradients(Tensor dy, Tensor x, Tensor? weight, Tensor mean, Tensor variance, double epsilon)
    {
        var all = (Tensor[])Call("batch_norm_gradients", dy, x, weight!, mean, variance, epsilon)!;
        return (all[0], all[1], all[2]);
    }

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
