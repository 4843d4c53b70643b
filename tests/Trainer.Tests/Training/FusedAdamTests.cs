using FaceMix.Trainer.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

/// <summary>The optimizer, and with it every function of <c>fused.py</c>, beside TorchSharp's own.</summary>
public sealed class FusedAdamTests
{
    private const int Steps = 12;

    [Theory]
    [InlineData(true, 0.0, ScalarType.Float32)]
    [InlineData(true, 0.1, ScalarType.Float32)]
    [InlineData(false, 0.1, ScalarType.Float32)]
    [InlineData(true, 0.1, ScalarType.Float64)]
    [InlineData(false, 0.1, ScalarType.Float64)]
    public void Steps_are_those_of_TorchSharps_Adam_and_AdamW(bool decoupled, double decay, ScalarType type)
    {
        var (ours, theirs) = (Parameters(type), Parameters(type));
        using var fused = new FusedAdam(ours, 0.01, 0.8, 0.95) { Epsilon = 1e-6, WeightDecay = decay, Decoupled = decoupled };
        using optim.Optimizer plain = decoupled ? optim.AdamW(theirs, 0.01, 0.8, 0.95, 1e-6, decay) : optim.Adam(theirs, 0.01, 0.8, 0.95, 1e-6, decay);
        for (var step = 0; step < Steps; step++)
        {
            fused.ZeroGrad();
            plain.zero_grad();
            Loss(ours, step).backward();
            Loss(theirs, step).backward();
            fused.Step();
            plain.step();
        }

        foreach (var (a, b) in ours.Zip(theirs))
            Assert.True(allclose(a, b, rtol: type == ScalarType.Float64 ? 1e-12 : 1e-5, atol: type == ScalarType.Float64 ? 1e-14 : 1e-6));
    }

    [Fact]
    public void A_parameter_without_a_gradient_stays_and_counts_its_own_steps()
    {
        var ours = Parameters(ScalarType.Float64);
        var theirs = Parameters(ScalarType.Float64);
        using var fused = new FusedAdam(ours, 0.01);
        using var plain = optim.Adam(theirs, 0.01);
        for (var step = 0; step < Steps; step++)
        {
            // The second learns at every third step only.
            var learning = step % 3 == 0 ? 3 : 1;
            fused.ZeroGrad();
            foreach (var parameter in theirs)
                parameter.grad = null;
            Loss(ours[..learning], step).backward();
            Loss(theirs[..learning], step).backward();
            fused.Step();
            plain.step();
        }

        Assert.Equal([12L, 4, 4], fused.Moments.Select(moments => moments.Steps));
        foreach (var (a, b) in ours.Zip(theirs))
            Assert.True(allclose(a, b, rtol: 1e-12));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1e6)]
    public void Clipping_scales_all_gradients_down_to_the_limit_and_says_how_long_they_were(double limit)
    {
        var (ours, theirs) = (Parameters(ScalarType.Float64), Parameters(ScalarType.Float64));
        using var fused = new FusedAdam(ours, 0.01);
        Loss(ours, 1).backward();
        Loss(theirs, 1).backward();

        var norm = fused.Clip(limit).item<double>();

        var expected = Math.Sqrt(theirs.Sum(parameter => parameter.grad!.square().sum().item<double>()));
        Assert.Equal(expected, norm, 1e-12 * expected);
        if (limit > 0)
            nn.utils.clip_grad_norm_(theirs, limit);
        foreach (var (a, b) in ours.Zip(theirs))
            Assert.True(allclose(a.grad!, b.grad!, rtol: 1e-12));
        Assert.Equal(limit == 0.5, norm > limit && limit > 0);
    }

    [Fact]
    public void Gradients_that_are_not_finite_have_no_finite_norm()
    {
        var parameters = Parameters(ScalarType.Float32);
        using var fused = new FusedAdam(parameters, 0.01);
        (Loss(parameters, 0) * double.PositiveInfinity).backward();

        Assert.False(double.IsFinite(fused.Clip(1).item<float>()));
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        var parameters = Parameters(ScalarType.Float32);
        using var fused = new FusedAdam(parameters, 0.01);
        void Step()
        {
            using var scope = NewDisposeScope();
            fused.ZeroGrad();
            Loss(parameters, 0).backward();
            fused.Clip(1);
            fused.Step();
        }
        Step();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 100; i++)
            Step();

        Assert.Equal(before, Tensor.TotalCount);
    }

    // One of them lies channels last.
    private static Parameter[] Parameters(ScalarType type)
    {
        manual_seed(3);
        using var noGrad = no_grad();
        return [.. new[] { randn(4, 3, 5, 5).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), randn(7), randn(33, 9) }.Select(each => new Parameter(each.to(type)))];
    }

    private static Tensor Loss(IEnumerable<Parameter> parameters, int step) =>
        parameters.Select((parameter, i) => (parameter * (i + 1) + step).square().mean()).Aggregate((a, b) => a + b);
}
