using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

/// <summary>Compares a function's gradients in float64 with central differences.</summary>
internal static class GradientCheck
{
    private const double Tolerance = 1e-6;

    // A step may carry a number over a kink, of which networks have many: another step then does not.
    private static readonly double[] s_steps = [1e-5, 1e-6, 1e-4];

    /// <param name="function">Of the inputs as they are; a scalar, the same for every call.</param>
    /// <param name="inputs">By name; float64, leaves that ask for gradients.</param>
    /// <param name="elements">How many elements of each input are moved; all of a smaller one.</param>
    public static void Holds(Func<Tensor> function, IEnumerable<(string Name, Tensor Tensor)> inputs, int elements)
    {
        var named = inputs.ToList();
        foreach (var (_, tensor) in named)
            tensor.grad = null;
        using (NewDisposeScope())
            function().backward();
        var random = new Random(11);
        foreach (var (name, tensor) in named)
        {
            using var scope = NewDisposeScope();
            var gradient = tensor.grad is { } found ? found.flatten() : zeros(tensor.numel(), dtype: ScalarType.Float64);
            var size = Math.Max(1, gradient.abs().max().item<double>());
            foreach (var element in Enumerable.Range(0, (int)tensor.numel()).OrderBy(_ => random.Next()).Take(elements).ToList())
            {
                var expected = gradient[element].item<double>();
                double[] slopes = [.. s_steps.Select(step => Slope(function, tensor, element, step)).TakeUntil(slope => Math.Abs(slope - expected) <= Tolerance * size)];
                Assert.True(Math.Abs(slopes[^1] - expected) <= Tolerance * size, $"The gradient by element {element} of {name} is {expected}; the function's slope there is {string.Join(", ", slopes)}.");
            }
        }
    }

    private static double Slope(Func<Tensor> function, Tensor tensor, int element, double step)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var one = tensor.detach().view(-1)[element];
        var before = one.item<double>();
        double At(double value)
        {
            one.fill_(value);
            using var inner = NewDisposeScope();
            return function().item<double>();
        }
        var slope = (At(before + step) - At(before - step)) / (2 * step);
        one.fill_(before);
        return slope;
    }

    private static IEnumerable<double> TakeUntil(this IEnumerable<double> values, Func<double, bool> isEnough)
    {
        foreach (var value in values)
        {
            yield return value;
            if (isEnough(value))
                yield break;
        }
    }
}
