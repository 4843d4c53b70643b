using FaceMix.Distributed;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Distributed;

public sealed class BatchNormIsSynchronised
{
    // Unequal shares: rank r takes rows r, r + n, r + 2n, ...
    private const int Rows = 7;

    [Theory]
    [InlineData(2, true, ScalarType.Float64, 1e-12)]
    [InlineData(4, true, ScalarType.Float64, 1e-12)]
    [InlineData(3, false, ScalarType.Float64, 1e-12)]
    [InlineData(2, true, ScalarType.Float32, 2e-5)]
    [InlineData(2, false, ScalarType.Float32, 2e-5)]
    public void Values_gradients_and_running_statistics_are_those_of_the_whole_batch(int size, bool affine, ScalarType type, double tolerance)
    {
        var whole = Pass(null, affine, type);
        var parts = Ranks.Run(size, team => Pass(team, affine, type));

        for (var row = 0; row < Rows; row++)
        {
            var part = parts[row % size];
            Close(whole.Output[row], part.Output[row / size], tolerance);
            Close(whole.InputGradient[row], part.InputGradient[row / size], tolerance);
        }
        foreach (var part in parts)
            Assert.All(whole.Statistics.Zip(part.Statistics), pair => Close(pair.First, pair.Second, tolerance));
        // Each rank has the gradient of its own share; together they are the whole batch's.
        for (var i = 0; i < whole.ParameterGradients.Length; i++)
            Close(whole.ParameterGradients[i], parts.Select(part => part.ParameterGradients[i]).Aggregate((a, b) => a + b), tolerance * 10);
    }

    [Fact]
    public void Outside_of_its_scope_and_in_evaluation_each_process_is_by_itself()
    {
        var results = Ranks.Run(2, team =>
        {
            using var norm = nn.BatchNorm1d(2);
            var input = full([3, 2], team.Rank + 5f);
            input[0] = full(2, 1f);
            var alone = norm.call(input)[0, 0].item<float>();
            norm.eval();
            using (team.Group.SynchroniseBatchNorm())
                _ = norm.call(input);
            return alone;
        });

        Assert.NotEqual(0, results[0]);
        Assert.Equal(results[0], results[1], 3);
    }

    private sealed record Result(Tensor Output, Tensor InputGradient, Tensor[] Statistics, Tensor[] ParameterGradients);

    // Two layers, so that a gradient runs through a normalised value into another normalisation.
    private static Result Pass(Team? team, bool affine, ScalarType type)
    {
        Draw(out var input, out var weights, out var target, type);
        using var first = Norm(affine, type);
        using var second = Norm(affine, type);
        if (team is not null)
        {
            input = Share(team, input);
            target = Share(team, target);
        }
        input = input.detach().requires_grad_();
        Tensor output;
        using (team?.Group.SynchroniseBatchNorm())
            output = second.call(Between(first.call(input), weights));
        ((output - target) * (output - target) * weights.sum()).sum().backward();
        return new Result(
            output.detach(), input.grad!,
            [.. new[] { first.running_mean!, first.running_var!, second.running_mean!, second.running_var! }.Select(tensor => tensor.clone())],
            affine ? [first.weight.grad!, first.bias!.grad!, second.weight.grad!, second.bias!.grad!] : []);

        static Tensor Between(Tensor x, Tensor weights) => (x * weights).tanh() + x * 0.1;
    }

    private static BatchNorm2d Norm(bool affine, ScalarType type)
    {
        var norm = nn.BatchNorm2d(3, affine: affine, dtype: type);
        if (affine)
        {
            using var noGrad = no_grad();
            norm.weight.copy_(tensor(new[] { 0.5, -1.5, 2.0 }));
            norm.bias!.copy_(tensor(new[] { 0.1, 0.2, -0.3 }));
        }
        return norm;
    }

    private static void Draw(out Tensor input, out Tensor weights, out Tensor target, ScalarType type)
    {
        using var generator = new Generator(3);
        input = (randn([Rows, 3, 5, 4], ScalarType.Float64, generator: generator) * 3 + 100).to(type);
        weights = randn([3, 5, 4], ScalarType.Float64, generator: generator).to(type);
        target = randn([Rows, 3, 5, 4], ScalarType.Float64, generator: generator).to(type);
    }

    private static Tensor Share(Team team, Tensor whole)
    {
        var rows = Enumerable.Range(0, Rows).Where(row => row % team.Size == team.Rank).Select(row => whole[row]).ToArray();
        return stack(rows);
    }

    private static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        var difference = (expected.detach() - actual.detach()).abs().max().item<double>();
        var scale = Math.Max(1, expected.detach().abs().max().item<double>());
        Assert.True(difference <= tolerance * scale, $"differs by {difference}, more than {tolerance} of {scale}");
    }
}
