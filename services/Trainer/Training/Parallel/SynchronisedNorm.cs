using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Training.Parallel;

/// <summary>
/// Batch norm over the shares of all processes: mean and variance are those of the whole batch (gathered, and merged as Chan et al. 1979
/// merge them), and so are the two sums that its gradient needs. Each costs a small collective. What each process gets as gradient
/// of scale and shift is its share's part.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "TorchSharp makes the instance.")]
internal sealed class SynchronisedNorm : autograd.SingleTensorFunction<SynchronisedNorm>
{
    public override string Name => nameof(SynchronisedNorm);

    /// <summary>The counterpart of <c>functional.batch_norm</c> in training.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="x">This process's share, [n, C, H, W] or [n, C].</param>
    /// <param name="runningMean">[C], moved towards the whole batch's mean.</param>
    /// <param name="runningVariance">[C], moved towards the whole batch's unbiased variance.</param>
    /// <param name="weight">[C], or null.</param>
    /// <param name="bias">[C], or null.</param>
    /// <param name="momentum">How far the running statistics move.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public static Tensor Of(ProcessGroup group, Tensor x, Tensor runningMean, Tensor runningVariance, Tensor? weight, Tensor? bias, double momentum, double epsilon) =>
        // Of the kernels only the whole norm's takes maps of another type than the statistics'.
        x.dtype == runningMean.dtype
            ? apply(x, weight!, bias!, new Settings(group, runningMean, runningVariance, momentum, epsilon))
            : Of(group, x.to(runningMean.dtype), runningMean, runningVariance, weight, bias, momentum, epsilon).to(x.dtype);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias, settings) = ((Tensor)vars[0], (Tensor?)vars[1], (Tensor?)vars[2], (Settings)vars[3]);
        using var scope = NewDisposeScope();
        var (count, mean, variance) = Statistics(settings.Group, x);
        settings.RunningMean.lerp_(mean, settings.Momentum);
        settings.RunningVariance.lerp_(variance * (count / (count - 1)), settings.Momentum);
        ctx.save_data(nameof(Settings), settings with { Count = count });
        List<Tensor> saved = [x, mean.MoveToOuterDisposeScope(), variance.MoveToOuterDisposeScope()];
        ctx.save_for_backward(weight is null ? saved : [.. saved, weight]);
        return functional.batch_norm(x, mean, variance, weight, bias, training: false, eps: settings.Epsilon).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var settings = (Settings)ctx.get_data(nameof(Settings));
        var saved = ctx.get_saved_variables();
        var (x, mean, variance, weight) = (saved[0], saved[1], saved[2], saved.ElementAtOrDefault(3));
        // As if the statistics were constants; what their own dependence on x adds comes after.
        var (input, scales, shifts) = Fused.BatchNormGradients(grad_output, x, weight, mean, variance, settings.Epsilon);
        var sums = stack([scales, shifts]).cpu(); // [2, C]
        settings.Group.Sum(sums);
        var whole = (sums / settings.Count).to(x.device);
        var deviation = (variance + settings.Epsilon).sqrt();
        var scale = weight is null ? deviation.reciprocal() : weight / deviation;
        var slope = -scale / deviation * whole[0];
        var dx = input.addcmul_(x, Cells(slope, x), 1).sub_(Cells((scale * whole[1]) + (slope * mean), x));
        return [
            dx.MoveToOuterDisposeScope(),
            weight is null ? null! : scales.MoveToOuterDisposeScope(),
            weight is null ? null! : shifts.MoveToOuterDisposeScope(),
            null!];
    }

    // sum(0) would sum everything, as bytes: 0 is a value of the enum ScalarType, too.
    private static (double Count, Tensor Mean, Tensor Variance) Statistics(ProcessGroup group, Tensor x)
    {
        var (localMean, localVariance) = Fused.BatchNormStatistics(x);
        var mine = stack([localMean, localVariance, full_like(localMean, x.numel() / x.shape[1])]).cpu(); // [3, C]
        var all = group.Gather(mine); // [processes, 3, C]
        var (means, variances, counts) = (all.select(1, 0), all.select(1, 1), all.select(1, 2)); // [processes, C]
        var count = counts.sum([0]);
        var mean = (means * counts).sum([0]) / count;
        var variance = ((variances + (means - mean).square()) * counts).sum([0]) / count;
        return (count[0].ToDouble(), mean.to(x.device), variance.to(x.device));
    }

    private static Tensor Cells(Tensor channels, Tensor x) => x.Dimensions == 4 ? channels.reshape(1, -1, 1, 1) : channels; // [1, C, 1, 1]

    private sealed record Settings(ProcessGroup Group, Tensor RunningMean, Tensor RunningVariance, double Momentum, double Epsilon)
    {
        /// <summary>Numbers behind each mean.</summary>
        public double Count { get; init; }
    }
}
