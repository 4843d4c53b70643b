using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

/// <summary>
/// Compares a function's gradients in float64 with central differences: by every number of a small array; of a large one by some of its
/// numbers one at a time, and by all of them at once along random directions.
/// </summary>
internal static class GradientCheck
{
    /// <summary>Moved one at a time in an array that has more; a smaller one is moved whole.</summary>
    public const int Elements = 16;

    private const int Directions = 2;

    // Of the array's largest gradient.
    private const double Tolerance = 1e-6;

    // Of the function's value: what is left of its last bits once they are divided by a step.
    private const double Noise = 1e-9;

    // A step may carry a number over a kink, of which networks have many: another step then does not.
    private static readonly double[] s_steps = [1e-5, 1e-6, 1e-4, 1e-7];

    /// <param name="function">Of the inputs as they are; a scalar, the same for every call.</param>
    /// <param name="inputs">By name; float64, leaves that ask for gradients.</param>
    /// <param name="held">The same function with the parts held still that its gradient holds still by design; null: there are none.</param>
    /// <param name="elements">How many numbers of a large array are moved one at a time.</param>
    public static void Holds(Func<Tensor> function, IEnumerable<(string Name, Tensor Tensor)> inputs, Func<Tensor>? held = null, int elements = Elements)
    {
        var named = inputs.ToList();
        foreach (var (_, tensor) in named)
            tensor.grad = null;
        double value;
        using (NewDisposeScope())
        {
            var result = function();
            value = result.item<double>();
            result.backward();
        }
        held ??= function;
        Assert.Equal(value, Value(held), 1e-12 * Math.Max(1, Math.Abs(value)));
        var random = new Random(11);
        foreach (var (name, tensor) in named)
        {
            using var scope = NewDisposeScope();
            var numbers = tensor.detach();
            var gradient = (tensor.grad ?? zeros_like(tensor)).contiguous().data<double>().ToArray();
            var allowed = (Tolerance * gradient.Max(Math.Abs)) + (Noise * Math.Max(1, Math.Abs(value)));
            foreach (var element in Some(gradient.Length, elements, random))
            {
                var direction = new double[gradient.Length];
                direction[element] = 1;
                Along(held, numbers, direction, gradient[element], allowed, $"element {element} of {name}");
            }
            for (var i = 0; i < (gradient.Length > elements ? Directions : 0); i++)
            {
                var direction = Direction(gradient.Length, random);
                Along(held, numbers, direction, direction.Zip(gradient, (a, b) => a * b).Sum(), allowed, $"all numbers of {name} together");
            }
        }
    }

    private static IEnumerable<int> Some(int count, int some, Random random) =>
        count <= some ? Enumerable.Range(0, count) : [.. Enumerable.Range(0, count).OrderBy(_ => random.Next()).Take(some)];

    // Of length 1.
    private static double[] Direction(int count, Random random)
    {
        double[] numbers = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
        var length = Math.Sqrt(numbers.Sum(number => number * number));
        return [.. numbers.Select(number => number / length)];
    }

    private static void Along(Func<Tensor> function, Tensor numbers, double[] direction, double expected, double allowed, string by)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (before, way) = (numbers.clone(), tensor(direction, numbers.shape));
        var slopes = new List<double>();
        foreach (var step in s_steps)
        {
            double At(double distance)
            {
                numbers.copy_(before);
                numbers.add_(way, alpha: distance);
                return Value(function);
            }
            slopes.Add((At(step) - At(-step)) / (2 * step));
            if (Math.Abs(slopes[^1] - expected) <= allowed)
                break;
        }
        numbers.copy_(before);
        Assert.True(Math.Abs(slopes[^1] - expected) <= allowed, $"The gradient by {by} is {expected}; the function's slope there is {string.Join(", ", slopes)}; {allowed:E1} is allowed.");
    }

    private static double Value(Func<Tensor> function)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return function().item<double>();
    }
}
