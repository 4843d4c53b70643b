using System.Globalization;
using FaceMix.Trainer.Training.Parallel;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training.Parallel;

public sealed class GradientBucketsTests
{
    private const int Size = 3;
    private const int Parameters = 5;
    private const int Steps = 2;

    [NeedsOpenMpi]
    public void Every_gradient_is_the_sum_over_the_processes_whatever_the_buckets()
    {
        foreach (var (bytes, buckets) in new[] { (1L, Parameters), (200L, 3), (1L << 20, 2) })
        {
            var results = Ranks.Run(Size, nameof(GradientBucketsTests), bytes.ToString(CultureInfo.InvariantCulture));

            // A step's number times the parameter's times 1 + 2 + 3.
            var expected = Enumerable.Range(1, Steps).SelectMany(step => Enumerable.Range(1, Parameters).Select(i => step * i * 6.0));
            Assert.All(results, result => Assert.Equal([buckets, .. expected, 1], result));
        }
    }

    internal static IEnumerable<double> Work(ProcessGroup group, string[] arguments)
    {
        // The last is of another type, and so in a bucket of its own.
        var parameters = Enumerable.Range(0, Parameters).Select(i => ones([i + 2, 3], i < Parameters - 1 ? ScalarType.Float64 : ScalarType.Float32).requires_grad_()).ToList();
        var unused = ones(4, ScalarType.Float32).requires_grad_();
        using var buckets = new GradientBuckets(group, [.. parameters, unused], long.Parse(arguments[0], CultureInfo.InvariantCulture));
        yield return buckets.Count - (arguments[0] == "1" ? 1 : 0);
        for (var step = 1; step <= Steps; step++)
        {
            var loss = zeros(1, ScalarType.Float64);
            for (var i = 0; i < Parameters; i++)
                loss = loss + (parameters[i] * (step * (i + 1) * (group.Rank + 1))).sum().to(ScalarType.Float64);
            foreach (var parameter in parameters)
                parameter.grad = null;
            loss.sum().backward();
            buckets.Sum();
            foreach (var parameter in parameters)
                yield return parameter.grad!.mean().to(ScalarType.Float64).item<double>();
        }
        yield return unused.grad is null ? 1 : 0;
    }
}
