using FaceMix.Distributed.Groups;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Distributed;

public sealed class GradientsAreAveraged
{
    [Theory]
    [InlineData(2, 64)]
    [InlineData(3, 1 << 20)]
    public void Every_gradient_is_the_mean_over_the_ranks_whatever_the_buckets(int size, long bucketBytes)
    {
        var results = Ranks.Run(size, team =>
        {
            var parameters = Enumerable.Range(0, 5).Select(i => ones([i + 2, 3], ScalarType.Float64).requires_grad_()).ToList();
            using var buckets = new GradientBuckets(team.Group, parameters, bucketBytes, bucketBytes);
            var gradients = new List<double>();
            for (var step = 1; step <= 3; step++)
            {
                var loss = zeros(1, ScalarType.Float64);
                for (var i = 0; i < parameters.Count; i++)
                    loss = loss + (parameters[i] * (step * (i + 1) * (team.Rank + 1))).sum();
                foreach (var parameter in parameters)
                    parameter.grad = null;
                buckets.Begin();
                loss.sum().backward();
                buckets.Finish();
                gradients.AddRange(parameters.Select(parameter => parameter.grad!.mean().item<double>()));
            }
            Assert.True(bucketBytes > 64 ? buckets.Count == 1 : buckets.Count > 2);
            // None waits for the end of the backward pass.
            Assert.Equal(buckets.Count, buckets.BegunEarly);
            return gradients.ToArray();
        });

        var mean = (size + 1) / 2.0;
        var expected = Enumerable.Range(1, 3).SelectMany(step => Enumerable.Range(1, 5).Select(i => step * i * mean)).ToArray();
        Assert.All(results, gradients => Assert.All(expected.Zip(gradients), pair => Assert.Equal(pair.First, pair.Second, 12)));
    }

    [Fact]
    public void A_parameter_without_a_gradient_counts_as_zero_and_keeps_none_where_no_rank_has_one()
    {
        var results = Ranks.Run(2, team =>
        {
            var parameters = Enumerable.Range(0, 3).Select(_ => ones(4).requires_grad_()).ToList();
            using var buckets = new GradientBuckets(team.Group, parameters, 1, 1);
            buckets.Begin();
            // The second takes part in rank 1 only, the third nowhere.
            var loss = team.Rank == 0 ? parameters[0].sum() : parameters[0].sum() + (parameters[1] * 6).sum();
            loss.backward();
            buckets.Finish();
            return parameters.Select(parameter => parameter.grad?.mean().item<float>()).ToArray();
        });

        Assert.All(results, gradients => Assert.Equal([1, 3, null], gradients));
    }

    [Fact]
    public void A_backward_pass_that_was_not_announced_stays_in_its_process()
    {
        var results = Ranks.Run(2, team =>
        {
            var parameter = ones(2).requires_grad_();
            using var buckets = new GradientBuckets(team.Group, [parameter]);
            (parameter * (team.Rank + 1)).sum().backward();
            return parameter.grad!.mean().item<float>();
        });

        Assert.Equal([1, 2], results);
    }
}
