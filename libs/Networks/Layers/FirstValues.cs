using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Networks.Layers;

internal static class FirstValues
{
    /// <summary>
    /// Makes an array with its first values: a <see cref="Parameter"/> if it is learnt. They are drawn in main memory, so that a seed
    /// stands for the same ones on every device.
    /// </summary>
    public static Tensor Make(ArrayPlan plan, Device? device)
    {
        using var noGrad = no_grad();
        long[] sizes = [.. plan.Sizes];
        var values = plan.First switch
        {
            First.Ones => ones(sizes),
            First.Uniform => empty(sizes).uniform_(-plan.Bound, plan.Bound),
            First.Direction => nn.functional.normalize(randn(sizes), dim: 0),
            _ => zeros(sizes),
        };
        if (device is not null && device.type != DeviceType.CPU)
            values = values.to(device, disposeAfter: true);
        return (plan.Learnt ? new Parameter(values) : values).DetachFromDisposeScope();
    }
}
