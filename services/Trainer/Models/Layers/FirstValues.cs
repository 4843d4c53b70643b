using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Models.Layers;

internal static class FirstValues
{
    /// <summary>Makes an array with its first values: a <see cref="Parameter"/> if it is learnt.</summary>
    public static Tensor Make(ArrayPlan plan, Device? device)
    {
        using var noGrad = no_grad();
        long[] sizes = [.. plan.Sizes];
        var values = plan.First switch
        {
            First.Ones => ones(sizes, device: device),
            First.Uniform => empty(sizes, device: device).uniform_(-plan.Bound, plan.Bound),
            First.Direction => nn.functional.normalize(randn(sizes, device: device), dim: 0),
            _ => zeros(sizes, device: device),
        };
        return (plan.Learnt ? new Parameter(values) : values).DetachFromDisposeScope();
    }
}
