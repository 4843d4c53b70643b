using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

/// <summary>Tensors on their way to Python and back, and how near two results must be.</summary>
internal static class Comparison
{
    public static (string Name, long[] Shape, float[] Values) Named(string name, Tensor tensor) =>
        (name, tensor.shape, tensor.detach().to(ScalarType.Float32).data<float>().ToArray());

    /// <summary>Numbers that are the same everywhere: between -1 and 1, none of them 0, no two the same.</summary>
    public static Tensor Numbers(int seed, params long[] shape)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var random = new Random(seed);
        return tensor(Enumerable.Range(0, (int)count).Select(_ => (float)(random.NextDouble() * 2 - 1)).ToArray(), shape);
    }

    /// <summary>Fails unless all elements agree within the tolerance, relative to the largest of them, or to 1 where that is less.</summary>
    public static void Near((long[] Shape, float[] Values) expected, Tensor actual, double tolerance, string what)
    {
        Assert.Equal(expected.Shape, actual.shape);
        var values = actual.detach().to(ScalarType.Float32).data<float>().ToArray();
        var scale = Math.Max(1, expected.Values.Select(Math.Abs).DefaultIfEmpty().Max());
        for (var i = 0; i < values.Length; i++)
        {
            if (!(Math.Abs(expected.Values[i] - values[i]) <= tolerance * scale))
                Assert.Fail($"{what}: element {i} is {values[i]}, Python has {expected.Values[i]}");
        }
    }
}
