using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace FaceMix.Torch;

/// <summary>
/// The end of a training step in which every number that changes is a tensor, so that the step can be recorded once
/// (<see cref="CudaGraph"/>) and replayed while rates move. <c>taken</c>, a bool, says on the device whether the step counts;
/// where it does not, nothing changes. FaceMix's own: TorchSharp has none, so a caller compiles this in only where
/// COMPAT_PACKAGES is set.
/// </summary>
public static class FixedStep
{
    /// <summary>Scales the gradients of all parameters down until their common 2-norm is at most the limit.</summary>
    /// <param name="parameters">Those without a gradient are left out.</param>
    /// <param name="limit">0: they stay as they are.</param>
    /// <returns>The norm before, a float64 scalar.</returns>
    public static unsafe Tensor ClipGradients(IReadOnlyList<Parameter> parameters, double limit)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        nint norm;
        fixed (nint* handles = Handles(parameters))
            Library.Check(Library.fm_fixed_clip(handles, parameters.Count, limit, &norm), "FixedStep.ClipGradients", parameters.Select(parameter => (Tensor?)parameter).ToArray());
        GC.KeepAlive(parameters);
        return new Tensor(norm);
    }

    /// <summary>A step of Adam; in one kernel where libtorch is 2.4 or later and the parameters are float32.</summary>
    /// <param name="optimizer">Adam or AdamW, without amsgrad and maximize. Its states' counts of steps are the caller's to move.</param>
    /// <param name="rate">The learning rate, a float64 scalar.</param>
    /// <param name="step">The number of this step, from 1; a float64 scalar.</param>
    /// <param name="taken">Whether the step counts, a bool scalar.</param>
    public static void Adam(Optimizer optimizer, Tensor rate, Tensor step, Tensor taken)
    {
        if (optimizer is not IFixedAdam adam) throw new ArgumentException("Of the optimizers only Adam and AdamW have a fixed step.", nameof(optimizer));
        adam.Step(rate, step, taken);
    }

    /// <summary>averages = averages * kept + sources * (1 - kept).</summary>
    /// <param name="averages">Changed in place.</param>
    /// <param name="sources">As many.</param>
    /// <param name="kept">A float64 scalar, 0 to 1.</param>
    /// <param name="taken">Whether it is done, a bool scalar.</param>
    public static unsafe void Average(IReadOnlyList<Tensor> averages, IReadOnlyList<Tensor> sources, Tensor kept, Tensor taken)
    {
        ArgumentNullException.ThrowIfNull(averages);
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(kept);
        ArgumentNullException.ThrowIfNull(taken);
        if (averages.Count != sources.Count) throw new ArgumentException($"{averages.Count} averages are not of {sources.Count} tensors.", nameof(sources));
        fixed (nint* first = Handles(averages), second = Handles(sources))
            Library.Check(Library.fm_fixed_average(first, second, averages.Count, kept.Handle, taken.Handle), "FixedStep.Average", averages.Concat(sources).ToArray<Tensor?>());
        GC.KeepAlive((averages, sources, kept, taken));
    }

    private static nint[] Handles(IReadOnlyList<Tensor> tensors) => [.. tensors.Select(tensor => tensor.Handle)];
}
